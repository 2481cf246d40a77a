import { lerp } from './interpolation.ts';

/** Repeatable number in [0, 1) for a lattice point. */
function latticeHash(x: number, y: number, z: number): number {
  const s = Math.sin(x * 127.1 + y * 311.7 + z * 74.7) * 43758.5453;
  return s - Math.floor(s);
}

/** Smooth value noise in [0, 1) with cells of size 1. */
export function valueNoise(x: number, y: number, z: number): number {
  const [cellX, cellY, cellZ] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  const ease = (t: number) => t * t * (3 - 2 * t);
  const [u, v, w] = [ease(x - cellX), ease(y - cellY), ease(z - cellZ)];
  const at = (i: number, j: number, k: number) => latticeHash(cellX + i, cellY + j, cellZ + k);
  return lerp(
    lerp(lerp(at(0, 0, 0), at(1, 0, 0), u), lerp(at(0, 1, 0), at(1, 1, 0), u), v),
    lerp(lerp(at(0, 0, 1), at(1, 0, 1), u), lerp(at(0, 1, 1), at(1, 1, 1), u), v),
    w,
  );
}

/** Distance to the nearest of a cloud of points, one per unit cell (Worley noise). */
export function nearestPointDistance(x: number, y: number, z: number): number {
  const [cellX, cellY, cellZ] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  let nearest = 9;
  for (let i = -1; i < 2; i++) {
    for (let j = -1; j < 2; j++) {
      for (let k = -1; k < 2; k++) {
        const [a, b, c] = [cellX + i, cellY + j, cellZ + k];
        const squared =
          (a + latticeHash(a, b, c) - x) ** 2 +
          (b + latticeHash(b, c, a) - y) ** 2 +
          (c + latticeHash(c, a, b) - z) ** 2;
        if (squared < nearest) nearest = squared;
      }
    }
  }
  return Math.sqrt(nearest);
}
