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

test('default tones fill the whole palette evenly', () => {
  const fifths = [0, 0, 0, 0, 0];
  for (const { tone } of styles) fifths[Math.min(4, Math.floor(5 * tone))]! += 1;
  for (const count of fifths) expect(count).toBeGreaterThan(50);
});

test('no default says anything of presentation: no beard, and one list of hair and clothes for all', () => {
  expect(styles.every(({ beard, look }) => beard === '' && look === 'illustrated')).toBe(true);
  expect(styleFromSeed.length).toBe(1);
});
