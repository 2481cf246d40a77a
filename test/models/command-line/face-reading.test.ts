import { averageFaceCode } from '@timbre/models';
import { averageReadings, chooseWindows, pictureNames } from 'timbre';
import { expect, test } from 'vitest';
import { contract } from '../made-up-models.ts';

const SECOND = 16_000;

test('less speech than the shortest window gives none', () => {
  expect(chooseWindows(new Float32Array(SECOND - 1), contract)).toEqual([]);
});

test('speech that fits one window is one window, in whole steps, of its end', () => {
  const voiced = Float32Array.from({ length: 2.7 * SECOND }, (_, sample) => sample);
  const [window, ...others] = chooseWindows(voiced, contract);
  expect(others).toEqual([]);
  expect(window!.length).toBe(2.5 * SECOND);
  expect(window!.at(-1)).toBe(voiced.at(-1));
});

test('long speech is read in whole windows from its beginning to its end', () => {
  const voiced = Float32Array.from({ length: 20 * SECOND }, (_, sample) => sample);
  const windows = chooseWindows(voiced, contract);
  expect(windows).toHaveLength(4);
  expect(windows.every(({ length }) => length === 6 * SECOND)).toBe(true);
  expect(windows[0]![0]).toBe(0);
  expect(windows[3]!.at(-1)).toBe(voiced.at(-1));
  expect(chooseWindows(new Float32Array(3600 * SECOND), contract)).toHaveLength(8);
});

test('readings count by their confidence', () => {
  const { code, confidence } = averageReadings([
    { code: averageFaceCode().fill(1), confidence: 0.9 },
    { code: averageFaceCode().fill(-1), confidence: 0.3 },
  ]);
  expect(code[5]).toBeCloseTo(0.5, 6);
  expect(confidence).toBeCloseTo(0.6, 6);
});

test('pictures are called after their files, with folders or endings only where needed', () => {
  expect(pictureNames(['a/x.wav', 'a/y.wav'])).toEqual(['x.png', 'y.png']);
  expect(pictureNames(['ann/1.wav', 'bob/1.wav'])).toEqual(['ann-1.png', 'bob-1.png']);
  expect(pictureNames(['1.wav', '1.mp3'])).toEqual(['1-wav.png', '1-mp3.png']);
  expect(pictureNames(['x.wav', 'x.wav'])).toEqual(['x.png', 'x.png']);
  const odd = pictureNames(['./x.wav', 'x.wav', '../x.wav']);
  expect(new Set(odd).size).toBe(3);
  expect(odd.every((name) => !name.includes('/'))).toBe(true);
});
