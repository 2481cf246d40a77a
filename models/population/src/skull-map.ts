import { clamp, lerp } from './interpolation.ts';

/** Middle of the skull on the canonical head, decimetres. */
export const SKULL_CENTRE = [0, 7.5, 0.45] as const;

const AZIMUTHS = 96;
const ELEVATIONS = 64;
/** Reach of a vertex in the map, in cells. */
const SPREAD = 4;

/** Radius of the canonical skull over direction, without ears and face: what hair lies on. */
export class SkullMap {
  readonly #radius: Float32Array;

  constructor(positions: Float32Array, vertices: Iterable<number>) {
    const radius = new Float32Array(AZIMUTHS * ELEVATIONS);
    const weight = new Float32Array(AZIMUTHS * ELEVATIONS);
    for (const vertex of vertices) splat(positions, vertex, radius, weight);
    for (let i = 0; i < radius.length; i++) radius[i] = weight[i] > 1e-6 ? radius[i] / weight[i] : 0;
    fillGaps(radius);
    smooth(radius);
    this.#radius = radius;
  }

  /** Radius in the direction of (dx, dy, dz), whose length is `length`. */
  radius(dx: number, dy: number, dz: number, length: number): number {
    const map = this.#radius;
    const azimuth = azimuthCell(dx, dz);
    const elevation = clamp(elevationCell(dy / length), 0, ELEVATIONS - 1.001);
    const column = Math.floor(azimuth) % AZIMUTHS;
    const next = (column + 1) % AZIMUTHS;
    const row = Math.floor(elevation);
    const u = azimuth - Math.floor(azimuth);
    const lower = lerp(map[row * AZIMUTHS + column], map[row * AZIMUTHS + next], u);
    const upper = lerp(map[(row + 1) * AZIMUTHS + column], map[(row + 1) * AZIMUTHS + next], u);
    return lerp(lower, upper, elevation - row);
  }
}

function azimuthCell(dx: number, dz: number): number {
  return ((Math.atan2(dx, dz) / (2 * Math.PI) + 1) % 1) * AZIMUTHS;
}

function elevationCell(sine: number): number {
  return (Math.asin(sine) / Math.PI + 0.5) * (ELEVATIONS - 1);
}

function isSkull(x: number, y: number, z: number): boolean {
  if (y < 6.2 || (y < 6.95 && z > 0.2)) return false; // neck and lower face
  return !(Math.abs(x) > 0.66 && y < 7.62 && y > 6.85); // ears
}

function splat(positions: Float32Array, vertex: number, radius: Float32Array, weight: Float32Array): void {
  const [x, y, z] = positions.subarray(vertex * 3, vertex * 3 + 3);
  if (!isSkull(x, y, z)) return;
  const [dx, dy, dz] = [x - SKULL_CENTRE[0], y - SKULL_CENTRE[1], z - SKULL_CENTRE[2]];
  const length = Math.hypot(dx, dy, dz);
  if (length < 0.45) return;
  const azimuth = azimuthCell(dx, dz);
  const elevation = elevationCell(dy / length);
  const shrink = Math.max(0.06, Math.cos(Math.asin(dy / length))); // cells narrow towards the poles
  const reach = Math.min(AZIMUTHS / 2 - 1, Math.ceil(SPREAD / shrink));
  for (let de = -SPREAD; de <= SPREAD; de++) {
    const row = Math.round(elevation) + de;
    if (row < 0 || row >= ELEVATIONS) continue;
    for (let da = -reach; da <= reach; da++) {
      const column = Math.round(azimuth) + da;
      const u = (column - azimuth) * shrink * 1.34;
      const v = row - elevation;
      const w = Math.exp(-(u * u + v * v) / 3) + 1e-9;
      const cell = row * AZIMUTHS + ((column + 2 * AZIMUTHS) % AZIMUTHS);
      radius[cell] += length * w;
      weight[cell] += w;
    }
  }
}

/** Grows known cells into unknown ones. */
function fillGaps(radius: Float32Array): void {
  for (let round = 0; round < 40; round++) {
    const before = radius.slice();
    for (let row = 0; row < ELEVATIONS; row++) {
      for (let column = 0; column < AZIMUTHS; column++) {
        if (before[row * AZIMUTHS + column]) continue;
        let sum = 0;
        let known = 0;
        for (const cell of [
          row * AZIMUTHS + ((column + 1) % AZIMUTHS),
          row * AZIMUTHS + ((column + AZIMUTHS - 1) % AZIMUTHS),
          Math.max(0, row - 1) * AZIMUTHS + column,
          Math.min(ELEVATIONS - 1, row + 1) * AZIMUTHS + column,
        ]) {
          if (!before[cell]) continue;
          sum += before[cell];
          known++;
        }
        if (known) radius[row * AZIMUTHS + column] = sum / known;
      }
    }
  }
}

function smooth(radius: Float32Array): void {
  for (let round = 0; round < 2; round++) {
    const before = radius.slice();
    for (let row = 1; row < ELEVATIONS - 1; row++) {
      for (let column = 0; column < AZIMUTHS; column++) {
        const sides =
          before[row * AZIMUTHS + ((column + 1) % AZIMUTHS)] +
          before[row * AZIMUTHS + ((column + AZIMUTHS - 1) % AZIMUTHS)] +
          before[(row - 1) * AZIMUTHS + column] +
          before[(row + 1) * AZIMUTHS + column];
        radius[row * AZIMUTHS + column] = (2 * before[row * AZIMUTHS + column] + sides) / 6;
      }
    }
  }
}
