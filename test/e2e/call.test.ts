/** The way of the data, end to end: a voice goes in at one page, a face comes out at the others. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinCall, ownId, type RunningCall, startCall, waitForAvatar, waitForFirstFrame } from './call-fixture.ts';
import { SILENCE_SECONDS, SPEECH_SECONDS } from './speech-file.ts';
import {
  darkShare,
  difference,
  keepPicture,
  keepScreenshot,
  type Pixels,
  type Region,
  type TilePicture,
  tilePicture,
  tilePixels,
} from './tile-pixels.ts';

const MINUTES = 60_000;
const LOOP_MS = (SPEECH_SECONDS + SILENCE_SECONDS) * 1_000;
/** Where the mouth is in a nearly square tile, with room for the head's slight motion. */
const MOUTH: Region = { left: 0.38, top: 0.63, width: 0.24, height: 0.16 };
const polling = { timeout: MINUTES, interval: 100 };

let call: RunningCall;

beforeAll(async () => {
  call = await startCall();
}, 3 * MINUTES);
afterAll(async () => call?.close(), MINUTES);

describe('a call without consent', () => {
  it('shows initials, and no tap is ever opened however long somebody speaks', { timeout: 4 * MINUTES }, async () => {
    const { sfu, sidecar } = call;
    const viewer = await joinCall(call.listening, sfu.url, { room: 'quiet', name: 'Grace Hopper', listenOnly: true });
    const speaker = await joinCall(call.speaking, sfu.url, { room: 'quiet', name: 'Ada Lovelace' });
    const id = await ownId(speaker);
    await viewer.waitForSelector(`[data-testid="tile-${id}"].speaking`);
    await viewer.waitForTimeout(SPEECH_SECONDS * 1_000);
    await waitForAvatar(viewer, id, 'none');
    await keepScreenshot(viewer, 'without-consent');
    expect(sfu.taps).toMatchObject({ opened: 0, open: 0 });
    expect(sidecar.counters).toMatchObject({ packetsReceived: 0, tapsOpen: 0 });
    await leave(speaker, viewer);
  });
});

describe('a call with consent', () => {
  let speaker: Page;
  let viewer: Page;
  let id: string;
  let placeholder: Pixels;

  beforeAll(async () => {
    const { url } = call.sfu;
    viewer = await joinCall(call.listening, url, { room: 'lively', name: 'Grace Hopper', listenOnly: true });
    // The style follows from the id: this one has light skin and no beard, so that an open mouth is the darkest thing.
    id = 'ada-6';
    const token = await call.sfu.tokens.issue({ sub: id, room: 'lively', name: 'Ada Lovelace' });
    speaker = await joinCall(call.speaking, url, { room: 'lively', name: 'Ada Lovelace', token });
    await waitForAvatar(viewer, id, 'none');
    await waitForFirstFrame(viewer, id);
    // Before the consent: a face comes within seconds, and a picture takes some on a busy machine.
    placeholder = await tilePixels(viewer, id);
    await keepScreenshot(viewer, 'placeholder');
    await choose(speaker, 'avatar-face');
  }, 3 * MINUTES);

  it('turns the placeholder into a face drawn from the voice, then stops listening', {
    timeout: 4 * MINUTES,
  }, async () => {
    await expect.poll(() => call.sfu.taps.opened, polling).toBe(1);
    await waitForAvatar(viewer, id, 'settled');
    await viewer.waitForTimeout(1_500); // the cross-fade
    const face = await tilePixels(viewer, id);
    await keepScreenshot(viewer, 'face');
    await keepScreenshot(speaker, 'own-face');
    expect(difference(face, placeholder)).toBeGreaterThan(15);
    const picture = viewer
      .getByTestId(`tile-${id}`)
      .getByRole('img', { name: 'Generated avatar of Ada Lovelace, not a photo' });
    expect(await picture.count()).toBe(1);
    // One's own tile shows what the others see.
    await waitForAvatar(speaker, id, 'settled');
    await expect.poll(() => call.sfu.taps.open, polling).toBe(0);
    expect(call.sidecar.counters.packetsReceived).toBeGreaterThan(0);
    await expect.poll(() => call.sidecar.counters.tapsOpen, polling).toBe(0);
  });

  it('moves the mouth with the speech and rests it in silence', { timeout: 4 * MINUTES }, async () => {
    const samples = await watchMouth(viewer, id, 1.5 * LOOP_MS);
    const heard = samples.filter(({ speaking }) => speaking).map(({ mouth }) => mouth);
    expect(heard.length).toBeGreaterThan(samples.length * 0.25);
    expect(Math.max(...heard)).toBeGreaterThan(0.35);
    expect(mean(heard)).toBeGreaterThan(0.12);
    // In six seconds of silence the mouth must have been shut for most of them.
    expect(longestRestMs(samples)).toBeGreaterThan((SILENCE_SECONDS - 2) * 1_000);

    const open = await mouthPictures(viewer, id, (mouth) => mouth > 0.3, { least: 3 });
    const shut = await mouthPictures(viewer, id, (mouth) => mouth < 0.03, { least: 1, restMs: 1_500 });
    const [widest, rest] = [open.at(-1)!, shut[0]!];
    keepPicture(widest.page, 'mouth-open');
    keepPicture(rest.page, 'mouth-at-rest');
    // Between the lips it is dark. The head moves a little all the time, and a slow picture may show a later moment.
    expect(darkShare(widest.pixels)).toBeGreaterThan(darkShare(rest.pixels) + 0.005);
    expect(Math.min(...shut.map(({ pixels }) => difference(widest.pixels, pixels)))).toBeGreaterThan(3);
  });

  it('keeps the face when its style changes, and hides it behind initials on wish', {
    timeout: 2 * MINUTES,
  }, async () => {
    const before = await tilePixels(viewer, id);
    await choose(speaker, 'avatar-new-style');
    await expect.poll(async () => difference(await tilePixels(viewer, id), before), polling).toBeGreaterThan(8);
    await waitForAvatar(viewer, id, 'settled');
    await keepScreenshot(viewer, 'new-style');
    await choose(speaker, 'avatar-initials');
    await expect.poll(async () => difference(await tilePixels(viewer, id), placeholder), polling).toBeLessThan(8);
    await choose(speaker, 'avatar-face');
    await expect.poll(async () => difference(await tilePixels(viewer, id), placeholder), polling).toBeGreaterThan(15);
    expect(call.sfu.taps.opened).toBe(1);
  });

  it('brings the placeholder back on every page when consent is withdrawn', { timeout: 4 * MINUTES }, async () => {
    const late = await joinCall(call.listening, call.sfu.url, { room: 'lively', name: 'Late Guest', listenOnly: true });
    await waitForAvatar(late, id, 'settled');
    const pages = [viewer, late, speaker];
    await choose(speaker, 'avatar-off');
    await speaker.getByText('everything heard for it were erased').first().waitFor();
    for (const page of pages) await waitForAvatar(page, id, 'withdrawn');
    await keepScreenshot(viewer, 'withdrawn');
    await keepScreenshot(late, 'withdrawn-late');
    expect(call.sfu.taps.open).toBe(0);
    expect(call.sidecar.counters.tapsOpen).toBe(0);
    for (const page of [late, viewer]) {
      const pixels = () => tilePixels(page, id);
      const [first, second] = [await pixels(), await pixels()];
      expect(difference(first, second)).toBeLessThan(8); // initials keep still
    }
    await leave(late);
    // Alone with the speaker again the tile has the size that the placeholder had.
    await expect.poll(async () => difference(await tilePixels(viewer, id), placeholder), polling).toBeLessThan(8);
  });

  it('closes an open tap at once on withdrawal and opens none again', { timeout: 4 * MINUTES }, async () => {
    const { sfu, sidecar } = call;
    const opened = sfu.taps.opened;
    await choose(speaker, 'avatar-face');
    await expect.poll(() => sidecar.counters.tapsOpen, polling).toBe(1);
    await choose(speaker, 'avatar-off');
    await expect.poll(() => sfu.taps.open, { timeout: 5_000, interval: 50 }).toBe(0);
    await expect.poll(() => sidecar.counters.tapsOpen, { timeout: 5_000, interval: 50 }).toBe(0);
    await waitForAvatar(viewer, id, 'withdrawn');
    const received = sidecar.counters.packetsReceived;
    await viewer.waitForTimeout(LOOP_MS / 2);
    expect(sfu.taps).toMatchObject({ opened: opened + 1, open: 0 });
    expect(sidecar.counters.packetsReceived).toBe(received);
    await waitForAvatar(viewer, id, 'withdrawn');
    await leave(speaker, viewer);
  });
});

async function leave(...pages: readonly Page[]): Promise<void> {
  for (const page of pages) {
    await page.getByTestId('leave').click();
    await page.context().close();
  }
}

/** Opens the avatar panel, makes a choice and closes it again. */
async function choose(page: Page, choice: string): Promise<void> {
  await page.getByTestId('my-avatar').click();
  await page.getByTestId(choice).click();
  await page.keyboard.press('Escape');
}

interface MouthSample {
  readonly atMs: number;
  /** Opening, 0..1. */
  readonly mouth: number;
  /** The page's own speaking ring, which knows nothing of mouths. */
  readonly speaking: boolean;
}

function watchMouth(page: Page, participantId: string, durationMs: number): Promise<MouthSample[]> {
  return page.evaluate(
    async ({ selector, durationMs }) => {
      const tile = document.querySelector<HTMLElement>(selector)!;
      const avatar = tile.querySelector<HTMLElement>('[data-avatar-state]')!;
      const samples: { atMs: number; mouth: number; speaking: boolean }[] = [];
      const start = performance.now();
      while (performance.now() - start < durationMs) {
        const speaking = tile.classList.contains('speaking');
        samples.push({ atMs: performance.now() - start, mouth: Number(avatar.dataset.mouth ?? 0), speaking });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return samples;
    },
    { selector: `[data-testid="tile-${participantId}"]`, durationMs },
  );
}

function longestRestMs(samples: readonly MouthSample[]): number {
  let longest = 0;
  let since: number | undefined;
  for (const { atMs, mouth } of samples) {
    if (mouth > 0.05) since = undefined;
    else {
      since ??= atMs;
      longest = Math.max(longest, atMs - since);
    }
  }
  return longest;
}

/**
 * Pictures of the mouth taken when its opening was as wanted, the most shut first: six, on a busy machine `least`. A
 * picture takes a moment: of a speaking mouth some will miss it. `restMs`: since how long the opening must have been as
 * wanted, and must be still.
 */
async function mouthPictures(
  page: Page,
  id: string,
  wanted: (mouth: number) => boolean,
  { least, restMs = 0 }: { readonly least: number; readonly restMs?: number },
) {
  const avatar = page.locator(`[data-testid="tile-${id}"] [data-avatar-state]`);
  const isWanted = async () => wanted(Number((await avatar.getAttribute('data-mouth')) ?? 0));
  const pictures: TilePicture[] = [];
  const deadline = performance.now() + 4 * LOOP_MS;
  let wantedSince: number | undefined;
  while (pictures.length < 6 && performance.now() < deadline) {
    if (!(await isWanted())) {
      wantedSince = undefined;
      continue;
    }
    wantedSince ??= performance.now();
    if (performance.now() - wantedSince < restMs) continue;
    const picture = await tilePicture(page, id, MOUTH);
    if (restMs === 0 || (await isWanted())) pictures.push(picture);
  }
  expect(pictures.length).toBeGreaterThanOrEqual(least);
  return pictures.sort((a, b) => darkShare(a.pixels) - darkShare(b.pixels));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
