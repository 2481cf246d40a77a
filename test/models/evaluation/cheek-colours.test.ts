import { PuppetPoser } from '@timbre/models';
import { expect, test } from 'vitest';
import { cheekColour } from '../../../models/evaluation/src/cheek-colours.ts';
import { madeUpPuppet, mesh } from '../made-up-puppet.ts';

const SIZE = 100;
const { positions } = new PuppetPoser(mesh, madeUpPuppet()).pose({ weights: {} });
const mouth = mesh.mouth.corners.map((vertex) => positions[2 * vertex + 1]!);
const eyes = [mesh.lids.left, mesh.lids.right].map(({ lower }) => positions[2 * lower[lower.length >> 1]! + 1]!);

/** One colour between the eyes' and the mouth's height, another elsewhere. */
function banded(within: readonly number[], outside: readonly number[]): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(SIZE * SIZE * 4);
  for (let pixel = 0; pixel < SIZE * SIZE; pixel += 1) {
    const y = Math.floor(pixel / SIZE) / SIZE;
    const inside = y > Math.max(...eyes) && y < Math.min(...mouth);
    pixels.set([...(inside ? within : outside), 255], 4 * pixel);
  }
  return pixels;
}

test('the colour is read between eyes and mouth, and nowhere else', () => {
  const pixels = banded([200, 150, 100], [0, 255, 0]);
  expect(cheekColour(mesh, { pixels, size: SIZE, positions })).toEqual([200, 150, 100]);
});

test('both cheeks count', () => {
  const pixels = banded([100, 100, 100], [0, 0, 0]);
  for (let pixel = 0; pixel < SIZE * SIZE; pixel += 1)
    if (pixel % SIZE < SIZE / 2) pixels.fill(200, 4 * pixel, 4 * pixel + 3);
  const [red] = cheekColour(mesh, { pixels, size: SIZE, positions });
  expect(red).toBeGreaterThan(140);
  expect(red).toBeLessThan(160);
});
