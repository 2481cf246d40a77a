import { readFileSync } from 'node:fs';
import { layersForStyle, parseLayerIndex, styleFromSeed } from '@timbre/models';
import { style as wireStyle } from '@timbre/protocol';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { layersFolder } from './made-up-puppet.ts';

const index = parseLayerIndex(JSON.parse(readFileSync(new URL('index.json', layersFolder), 'utf8')));
const styles = Array.from({ length: 400 }, (_, seed) => styleFromSeed(`participant-${seed}`));

test('the same seed gives the same style, another seed another one', () => {
  expect(styleFromSeed('ann')).toEqual(styleFromSeed('ann'));
  expect(new Set(styles.map((style) => JSON.stringify(style))).size).toBeGreaterThan(390);
});

test('every default style has its layers and may travel', () => {
  for (const style of styles) {
    expect(layersForStyle(index, style).hair).toBeDefined();
    expect(v.parse(wireStyle, style)).toEqual(style);
  }
});

test('glasses may be missing, and may be some that only newer layers have', () => {
  const style = styleFromSeed('ann');
  const box = [-1.12, -0.5, 1.12, 0.62] as const;
  const withGlasses = { ...index, glasses: { round: { file: 'glasses-round.webp', box } } };
  expect(layersForStyle(withGlasses, style).glasses).toBeUndefined();
  expect(layersForStyle(withGlasses, { ...style, glasses: '' }).glasses).toBeUndefined();
  expect(layersForStyle(withGlasses, { ...style, glasses: 'round' }).glasses?.file).toBe('glasses-round.webp');
  expect(layersForStyle(withGlasses, { ...style, glasses: 'monocle' }).glasses).toBeUndefined();
  expect(v.parse(wireStyle, { ...style, glasses: 'round' })).toEqual({ ...style, glasses: 'round' });
});

test('a turban has its own colour, and the beard under it the colour of the brows', () => {
  const style = { ...styleFromSeed('ann'), beard: 'full', hairColour: '#0000ff', browColour: '#301000' };
  const worn = layersForStyle(index, { ...style, hair: 'turban' });
  const bare = layersForStyle(index, { ...style, hair: 'crop' });
  expect(worn.hair?.colour[2]).toBeGreaterThan(0.9);
  expect(worn.beard?.colour[0]).toBeGreaterThan(worn.beard?.colour[2] ?? 1);
  expect(bare.beard?.colour[2]).toBeGreaterThan(0.9);
});

test('a style of a newer participant travels without what its receiver does not know', () => {
  const style = styleFromSeed('ann');
  expect(v.parse(wireStyle, { ...style, earrings: 'hoops' })).toEqual(style);
  expect(v.safeParse(wireStyle, { ...style, glasses: '<script>' }).success).toBe(false);
});

test('layers of the first generation, which know no glasses, still load', () => {
  const first = JSON.parse(readFileSync(new URL('index.json', layersFolder), 'utf8'));
  delete first.glasses;
  expect(parseLayerIndex(first).glasses).toEqual({});
});

test('default tones fill the whole palette evenly', () => {
  const fifths = [0, 0, 0, 0, 0];
  for (const { tone } of styles) fifths[Math.min(4, Math.floor(5 * tone))]! += 1;
  for (const count of fifths) expect(count).toBeGreaterThan(50);
});

test('no default says anything of presentation: no beard, and one list of hair and clothes for all', () => {
  expect(styles.every(({ beard, look }) => beard === '' && look === 'illustrated')).toBe(true);
  expect(styleFromSeed.length).toBe(1);
});
