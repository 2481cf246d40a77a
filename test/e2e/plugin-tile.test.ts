import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SceneState, TileSize } from '../visual/page/tile-page.ts';
import { startTileServer, type TileServer } from '../visual/tile-server.ts';
import { launchChromium } from './chromium.ts';

/** Pictures of the scenes are left here to be looked at. */
const SCREENS = fileURLToPath(new URL('./screenshots', import.meta.url));
/** Software WebGL on a busy machine takes its time. */
const PATIENCE_MS = 60_000;
const SIZE: TileSize = { width: 160, height: 120 };
const SETTLED: SceneState = { state: 'settled', seed: 6 };

let browser: Browser | undefined;
let server: TileServer | undefined;
let page: Page;

beforeAll(async () => {
  await mkdir(SCREENS, { recursive: true });
  server = await startTileServer();
  browser = await launchChromium();
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

beforeEach(async () => {
  page = await browser!.newPage({ viewport: { width: 800, height: 760 } });
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(server!.url);
  await page.waitForFunction(() => window.tiles !== undefined);
});

afterEach(async () => {
  const errors = await page.evaluate(() => window.tiles.errors);
  await page.close();
  expect(errors).toEqual([]);
});

const start = (options = {}) => page.evaluate((given) => window.tiles.start(given), options);
const add = (id: string, name: string, size = SIZE) =>
  page.evaluate(([id, name, size]) => window.tiles.add(id, name, size), [id, name, size] as const);
const set = (id: string, scene: SceneState, style = {}) =>
  page.evaluate(([id, scene, style]) => window.tiles.set(id, scene, style), [id, scene, style] as const);
const stateOf = (id: string) => page.locator(`#${id}`).getAttribute('data-avatar-state');
const mouthOf = async (id: string) => Number(await page.locator(`#${id}`).getAttribute('data-mouth'));
const labelOf = (id: string) => page.locator(`#${id} canvas`).getAttribute('aria-label');

async function shows(id: string, state: string): Promise<void> {
  await expect.poll(() => stateOf(id), { timeout: PATIENCE_MS, interval: 100 }).toBe(state);
}

/** Waits until the tile is at rest and keeps its picture in the page under `name`. */
const calm = (id: string, name: string) =>
  page.evaluate(([id, name]) => window.tiles.pictures.keepCalm(id, name), [id, name] as const);
/** Mean difference of two kept pictures, 0..255. */
const difference = (a: string, b: string) =>
  page.evaluate(([a, b]) => window.tiles.pictures.difference(a, b), [a, b] as const);

async function keep(id: string, name: string): Promise<void> {
  const picture = await page.evaluate(
    (id) => (document.querySelector(`#${id} canvas`) as HTMLCanvasElement).toDataURL('image/png'),
    id,
  );
  await writeFile(join(SCREENS, `tile-${name}.png`), Buffer.from(picture.split(',')[1]!, 'base64'));
}

interface Made {
  readonly audio: AudioContext[];
  readonly webgl: WebGL2RenderingContext[];
}

declare global {
  interface Window {
    made: Made;
  }
}

/** Runs in the page: from now on it is known what has to be closed in the end. */
function keepWhatIsMade(): void {
  const made: Made = { audio: [], webgl: [] };
  window.made = made;
  window.AudioContext = class extends AudioContext {
    constructor(options?: AudioContextOptions) {
      super(options);
      made.audio.push(this);
    }
  };
  const { getContext } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...given: unknown[]) {
    const context: unknown = Reflect.apply(getContext, this, given);
    if (context instanceof WebGL2RenderingContext) made.webgl.push(context);
    return context;
  } as typeof getContext;
}

describe('a tile in Chromium', { timeout: 300_000 }, () => {
  it('goes from initials over listening and the forming face to the face, and back at once', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await start();
    await add('ada', 'Ada Lovelace');
    await shows('ada', 'none');
    expect(await labelOf('ada')).toBe('Ada Lovelace, no camera');
    expect(await page.locator('#ada canvas').getAttribute('role')).toBe('img');
    await calm('ada', 'placeholder');
    await keep('ada', '1-placeholder');

    await set('ada', { state: 'listening', progress: 0.35 });
    await shows('ada', 'listening');
    await calm('ada', 'listening');
    await keep('ada', '2-listening');
    expect(await difference('placeholder', 'listening')).toBeGreaterThan(0.3);

    await set('ada', { state: 'forming', progress: 0.45, confidence: 0.3, seed: 6 });
    await shows('ada', 'forming');
    await calm('ada', 'forming');
    await keep('ada', '3-forming');
    expect(await difference('listening', 'forming')).toBeGreaterThan(1);
    expect(await labelOf('ada')).toBe('Ada Lovelace, no camera, avatar forming, 45 %');
    expect(await page.locator('#ada [role=status]').textContent()).toBe('');

    await set('ada', SETTLED);
    await shows('ada', 'settled');
    await calm('ada', 'face');
    await keep('ada', '4-settled');
    expect(await difference('forming', 'face')).toBeGreaterThan(10);
    expect(await labelOf('ada')).toBe('Generated avatar of Ada Lovelace, not a photo');
    const said = await page.locator('#ada [role=status]').textContent();
    expect(said).toBe('Ada Lovelace is shown as a generated avatar, not a photo');

    await set('ada', { state: 'withdrawn' });
    expect(await stateOf('ada')).toBe('withdrawn');
    await calm('ada', 'withdrawn');
    expect(await difference('placeholder', 'withdrawn')).toBe(0);
    // A late message doesn't bring the face back.
    await set('ada', SETTLED);
    await page.waitForTimeout(500);
    expect(await stateOf('ada')).toBe('withdrawn');
  });

  it('draws different codes differently and the same code the same; a new style changes at once', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await start();
    const hair = {
      hair: 'crop',
      hairColour: '#33231b',
      brows: 'soft',
      browColour: '#33231b',
      beard: '',
      eyes: 'brown',
    };
    const clothes = { clothes: 'male_casualsuit04', clothesColour: '#3f6288', background: ['#e4edf5', '#b7cbe0'] };
    const style = { ...hair, ...clothes, tone: 0.3 };
    const seeds = { one: 6, two: 6, three: 12 };
    for (const [id, seed] of Object.entries(seeds)) {
      await add(id, id);
      await set(id, { state: 'settled', seed }, style);
    }
    for (const id of Object.keys(seeds)) {
      await shows(id, 'settled');
      await calm(id, id);
    }
    expect(await difference('one', 'two')).toBe(0);
    expect(await difference('one', 'three')).toBeGreaterThan(1);
    await set('one', { state: 'settled', seed: 6 }, { ...style, tone: 0.95 });
    await page.waitForTimeout(1000);
    await calm('one', 'dark');
    expect(await difference('one', 'dark')).toBeGreaterThan(2);
    await set('two', { state: 'settled', seed: 6 }, { ...style, look: 'initials' });
    expect(await labelOf('two')).toBe('two, no camera');
  });

  it('opens its mouth while speech plays and shuts it in silence', async () => {
    await start();
    await add('ada', 'Ada Lovelace', { width: 120, height: 120 });
    await set('ada', SETTLED);
    await shows('ada', 'settled');
    // Browsers let no page listen or play before a gesture.
    await page.mouse.click(400, 400);
    await page.evaluate(() => window.tiles.speak('ada', { silenceMs: 1500, speechMs: 9000 }));
    expect(await mouthOf('ada')).toBe(0);
    await expect.poll(() => mouthOf('ada'), { timeout: 15_000, interval: 40 }).toBeGreaterThan(0.3);
    await keep('ada', '5-talking');
    await page.waitForTimeout(10_000);
    await expect.poll(() => mouthOf('ada'), { timeout: 5000, interval: 40 }).toBe(0);
    await page.waitForTimeout(500);
    expect(await mouthOf('ada')).toBe(0);
  });

  it('moves while idle, and keeps still when motion is to be reduced', async () => {
    await start();
    await add('ada', 'Ada Lovelace', { width: 120, height: 120 });
    await set('ada', SETTLED);
    await shows('ada', 'settled');
    await page.waitForTimeout(3000);
    await page.evaluate(() => window.tiles.pictures.keep('ada', 'before'));
    const moved = () =>
      page.evaluate(() => {
        window.tiles.pictures.keep('ada', 'now');
        return window.tiles.pictures.difference('before', 'now');
      });
    await expect.poll(moved, { timeout: 20_000 }).toBeGreaterThan(0.05);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await calm('ada', 'still');
    await page.waitForTimeout(1000);
    await calm('ada', 'later');
    expect(await difference('still', 'later')).toBe(0);
    expect(await stateOf('ada')).toBe('settled');
  });

  it('is light or dark without a face as the page is, and redrawn when that changes', async () => {
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await page.addStyleTag({ content: ':root { color-scheme: light dark !important }' });
    await start();
    await add('ada', 'Ada Lovelace');
    await shows('ada', 'none');
    await calm('ada', 'light');
    await keep('ada', '6-light-placeholder');
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    const changed = async () => {
      await calm('ada', 'dark');
      return difference('light', 'dark');
    };
    await expect.poll(changed, { timeout: PATIENCE_MS }).toBeGreaterThan(80);
    await set('ada', { state: 'listening', progress: 0.6 });
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await calm('ada', 'listening');
    await keep('ada', '7-light-listening');
    expect(await difference('light', 'listening')).toBeGreaterThan(0.3);
  });

  it('fits tiles from 48 to 720 pixels, tall and wide, at the device resolution', async () => {
    const context = await browser!.newContext({ viewport: { width: 800, height: 760 }, deviceScaleFactor: 2 });
    const sharp = await context.newPage();
    try {
      sharp.setDefaultTimeout(PATIENCE_MS);
      await sharp.emulateMedia({ reducedMotion: 'reduce' });
      await sharp.goto(server!.url);
      await sharp.waitForFunction(() => window.tiles !== undefined);
      await sharp.evaluate(() => window.tiles.start());
      const sizes = { small: [48, 48], tall: [120, 200], wide: [320, 120], large: [720, 360] } as const;
      for (const [id, [width, height]] of Object.entries(sizes)) {
        await sharp.evaluate(([id, width, height]) => window.tiles.add(id, 'Ada', { width, height }), [
          id,
          width,
          height,
        ] as const);
        await sharp.evaluate(([id]) => window.tiles.set(id, { state: 'settled', seed: 6 }), [id] as const);
      }
      for (const [id, [width, height]] of Object.entries(sizes)) {
        await sharp.waitForFunction((id) => document.getElementById(id)?.dataset.avatarState === 'settled', id);
        const canvas = sharp.locator(`#${id} canvas`);
        await expect
          .poll(() => canvas.evaluate((c: HTMLCanvasElement) => [c.width, c.height]), { timeout: PATIENCE_MS })
          .toEqual([2 * width, 2 * height]);
      }
      await sharp.waitForTimeout(3000);
      await sharp.screenshot({ path: join(SCREENS, 'tile-sizes.png') });
    } finally {
      await context.close();
    }
  });

  it('decodes in a cross-origin isolated page too, where ONNX Runtime has threads', async () => {
    const isolated = await startTileServer({ isolated: true });
    try {
      await page.goto(isolated.url);
      await page.waitForFunction(() => window.tiles !== undefined);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await start();
      await add('ada', 'Ada Lovelace');
      await set('ada', SETTLED);
      await shows('ada', 'settled');
    } finally {
      await isolated.close();
    }
  });

  it('stops, starts again with the present, and leaves nothing behind when closed', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.evaluate(keepWhatIsMade);
    await start();
    await add('ada', 'Ada Lovelace');
    await set('ada', SETTLED);
    await shows('ada', 'settled');
    await page.evaluate(() => window.tiles.speak('ada', { silenceMs: 0, speechMs: 100 }));
    expect(page.workers()).toHaveLength(1);
    // The page's own, which makes the sound, and the plugin's.
    await expect.poll(() => page.evaluate(() => window.made.audio.length)).toBe(2);
    expect(await page.evaluate(() => window.made.webgl.some((context) => !context.isContextLost()))).toBe(true);

    await page.evaluate(() => window.tiles.stop());
    expect(await stateOf('ada')).toBe('none');
    await expect.poll(() => page.workers().length).toBe(0);
    await page.evaluate(() => window.tiles.restart());
    await shows('ada', 'settled');

    await page.evaluate(() => window.tiles.close());
    await expect.poll(() => page.workers().length).toBe(0);
    await expect.poll(() => page.evaluate(() => window.made.audio[1]?.state)).toBe('closed');
    expect(await page.evaluate(() => window.made.webgl.every((context) => context.isContextLost()))).toBe(true);
    expect(
      await page.locator('#ada').evaluate((element) => [element.childElementCount, element.dataset.avatarState]),
    ).toEqual([0, undefined]);
  });
});
