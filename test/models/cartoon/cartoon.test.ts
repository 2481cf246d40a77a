import { readFileSync } from 'node:fs';
import {
  averageFaceCode,
  type FaceCode,
  linearColour,
  type Probes,
  type PuppetStyle,
  parseProbes,
  styleFromSeed,
  TONES,
} from '@timbre/models';
import {
  CARTOON_ATTRIBUTION,
  cartoonAttributes,
  cartoonBeard,
  cartoonExpression,
  cartoonHair,
  cartoonSvg,
} from '@timbre/models/cartoon';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';

const probes = parseProbes(
  JSON.parse(readFileSync(new URL('../../../models/weights/probes.json', import.meta.url), 'utf8')),
);
const layers = Object.keys(
  JSON.parse(readFileSync(new URL('../../../models/layers/index.json', import.meta.url), 'utf8')).layers,
);
const style = styleFromSeed('cartoon');
const someCode = (seed: number): FaceCode =>
  averageFaceCode().map((_, index) => 1.4 * Math.sin(seed + 1.7 * index * seed));

/** Probes that say what the test wants. */
function saying(traits: { presentation?: number; years?: number; width?: number; nose?: number }): Probes {
  return {
    readPresentation: () => traits.presentation ?? 0,
    readAgeYears: () => traits.years ?? 35,
    readShape: (shape) =>
      shape === 'faceWidth' ? (traits.width ?? 0) : shape === 'noseWidth' ? (traits.nose ?? 0) : 0,
  };
}
const drawn = (traits: Parameters<typeof saying>[0], change: Partial<PuppetStyle> = {}) =>
  cartoonAttributes(averageFaceCode(), { ...style, ...change }, saying(traits));

/** Pixels of the picture, and how many differ from another's by more than a trace. */
async function pixels(svg: string): Promise<Buffer> {
  return sharp(Buffer.from(svg)).resize(128, 128).removeAlpha().raw().toBuffer();
}
const changed = (a: Buffer, b: Buffer) =>
  a.reduce((sum, value, at) => sum + (Math.abs(value - b[at]!) > 24 ? 1 : 0), 0);

describe('attributes', () => {
  test('what the code says is drawn in the vocabulary of the parts', () => {
    expect(drawn({ presentation: 1 })).toMatchObject({ body: 'squared', mouth: 'smile' });
    expect(drawn({ presentation: -1 })).toMatchObject({ body: 'rounded', mouth: 'lips' });
    expect(drawn({ presentation: 0 })).toMatchObject({ body: 'rounded', mouth: 'smile' });
    expect(drawn({ presentation: -1, years: 8 })).toMatchObject({ body: 'small', mouth: 'smile' });
    expect(drawn({ years: 70 }).nose).toBe('wrinkles');
    expect(drawn({ nose: 1 }).nose).toBe('mediumRound');
    expect(drawn({ nose: -1 }).nose).toBe('smallRound');
    expect(drawn({ width: 1 }).width).toBeGreaterThan(drawn({ width: -1 }).width);
    expect(drawn({ years: 8 }).height).toBeLessThan(drawn({}).height);
  });

  test('a code far from the population is no egg', () => {
    expect(drawn({ width: 50 }).width).toBeLessThan(1.1);
    expect(drawn({ width: -50 }).width).toBeGreaterThan(0.9);
  });

  test('the voice decides no colour, no hair and no beard, whatever it says', () => {
    const bearded = { ...style, beard: 'full' };
    const ofStyle = ({ skinColour, hairColour, clothesColour, background, hair, beard }: ReturnType<typeof drawn>) => ({
      ...{ skinColour, hairColour, clothesColour, background, hair, beard },
    });
    const first = ofStyle(cartoonAttributes(averageFaceCode(), bearded, probes));
    for (let seed = 1; seed <= 40; seed += 1) {
      expect(ofStyle(cartoonAttributes(someCode(seed), bearded, probes))).toEqual(first);
    }
  });

  test('codes of real spread give more than one cartoon of a style', () => {
    const kinds = new Set(
      Array.from({ length: 60 }, (_, seed) => {
        const { body, nose, mouth, width, height } = cartoonAttributes(someCode(seed + 1), style, probes);
        return [body, nose, mouth, width.toFixed(2), height.toFixed(2)].join();
      }),
    );
    expect(kinds.size).toBeGreaterThan(20);
  });

  test('every hair and beard of the layers has its counterpart, and one that came later is guessed by its name', () => {
    const named = (kind: string) =>
      layers.filter((name) => name.startsWith(`${kind}-`)).map((name) => name.slice(kind.length + 1));
    expect(named('hair').length).toBeGreaterThan(10);
    expect(new Set(named('hair').map(cartoonHair)).size).toBeGreaterThan(9);
    for (const beard of named('beard')) expect(cartoonBeard(beard)).toBeDefined();
    expect(cartoonHair('')).toBe('bald');
    expect(cartoonHair('turban')).toBe('beanie');
    expect(cartoonHair('boxbraids')).toBe('long');
    expect(cartoonHair('something-new')).toBe('shortCombover');
    expect(cartoonBeard('')).toBeUndefined();
  });
});

describe('expression', () => {
  test('the strongest viseme chooses the mouth, a trace of one leaves it shut', () => {
    expect(cartoonExpression({})).toEqual({ mouth: 'rest', eyes: 'open' });
    expect(cartoonExpression({ aa: 0.8, oo: 0.3 }).mouth).toBe('bigSmile');
    expect(cartoonExpression({ aa: 0.3, oo: 0.8 }).mouth).toBe('surprise');
    expect(cartoonExpression({ mm: 1 }).mouth).toBe('smirk');
    expect(cartoonExpression({ jawOpen: 0.2 }).mouth).toBe('rest');
    expect(cartoonExpression({ blink: 0.9, smile: 1 }).eyes).toBe('sleep');
    expect(cartoonExpression({ smile: 1 }).eyes).toBe('happy');
  });
});

describe('svg', () => {
  test('the same attributes give the same text, which names artist and licence', () => {
    const attributes = cartoonAttributes(someCode(3), style, probes);
    const svg = cartoonSvg(attributes);
    expect(cartoonSvg(attributes)).toBe(svg);
    for (const kept of ['Draftbit', 'creativecommons.org/licenses/by/4.0']) expect(svg).toContain(kept);
    expect(CARTOON_ATTRIBUTION).toContain('CC BY 4.0');
    expect(cartoonSvg(attributes, { size: 300 })).toContain('width="300" height="300"');
  });

  test('every viseme mouth, and the blink, is seen', async () => {
    const attributes = drawn({}, { hair: 'crop' });
    const rest = await pixels(cartoonSvg(attributes));
    for (const weights of [{ aa: 1 }, { oo: 1 }, { mm: 1 }, { blink: 1 }]) {
      expect(
        changed(rest, await pixels(cartoonSvg(attributes, { expression: cartoonExpression(weights) }))),
      ).toBeGreaterThan(60);
    }
  });

  test('a mouth stays seen behind every beard', async () => {
    for (const beard of ['stubble', 'short', 'full', 'long', 'goatee', 'moustache']) {
      const attributes = drawn({}, { beard, hair: 'crop' });
      const [shut, open] = await Promise.all([
        pixels(cartoonSvg(attributes)),
        pixels(cartoonSvg(attributes, { expression: cartoonExpression({ aa: 1 }) })),
      ]);
      expect(changed(shut, open), beard).toBeGreaterThan(60);
    }
  });

  test('every skin tone keeps its hue, and eyes stand out from it', async () => {
    for (const [index, tone] of TONES.entries()) {
      const attributes = drawn({}, { tone: index / (TONES.length - 1), hair: 'crop' });
      const picture = await pixels(cartoonSvg(attributes));
      // Between the eyes, above the nose: skin and nothing else.
      const at = 3 * (128 * 58 + 64);
      const [red, green, blue] = picture.subarray(at, at + 3) as unknown as [number, number, number];
      const skin = linearColour(tone);
      const shown = linearColour(`#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`);
      expect(red, tone).toBeGreaterThan(green);
      expect(green, tone).toBeGreaterThan(blue);
      expect(shown[0] / skin[0], tone).toBeLessThan(2.4);
      const luminance = 0.2126 * shown[0] + 0.7152 * shown[1] + 0.0722 * shown[2];
      expect((luminance + 0.05) / (0.011 + 0.05), tone).toBeGreaterThan(2.1);
    }
  });

  test('no light is left that would lie on dark parts as a grey veil', () => {
    const names = layers.filter((name) => name.startsWith('hair-')).map((name) => name.slice(5));
    for (const hair of names) {
      const blended = cartoonSvg(drawn({}, { hair, beard: 'full' })).match(/<[^>]*mix-blend-mode[^>]*>/g) ?? [];
      expect(
        blended.filter((tag) => tag.includes('fill="#fff"')),
        hair,
      ).toEqual([]);
    }
  });
});
