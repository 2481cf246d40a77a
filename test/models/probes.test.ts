import { readFileSync } from 'node:fs';
import { averageFaceCode, FACE_SHAPES, ModelError, parseProbes } from '@timbre/models';
import { expect, test } from 'vitest';

const shipped = JSON.parse(readFileSync(new URL('../../models/weights/probes.json', import.meta.url), 'utf8'));

test('the average face is near the middle in every trait', () => {
  const probes = parseProbes(shipped);
  expect(Math.abs(probes.readPresentation(averageFaceCode()))).toBeLessThan(0.5);
  expect(probes.readAgeYears(averageFaceCode())).toBeGreaterThan(20);
  for (const shape of FACE_SHAPES)
    expect(Math.abs(probes.readShape(shape, averageFaceCode())), shape).toBeLessThan(0.2);
});

test('a code along a probe reads higher, by the weights alone', () => {
  const probes = parseProbes(shipped);
  for (const shape of FACE_SHAPES) {
    const { weights, bias } = shipped.shape[shape];
    const along = Float32Array.from(weights as number[]);
    const squared = (weights as number[]).reduce((sum, weight) => sum + weight * weight, 0);
    expect(probes.readShape(shape, along)).toBeCloseTo(squared + bias, 4);
  }
});

test('probes without shapes are refused', () => {
  const { shape: _, ...without } = shipped;
  expect(() => parseProbes(without)).toThrow(ModelError);
});
