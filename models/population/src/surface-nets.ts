import { lerp } from './interpolation.ts';

type Triple = readonly [number, number, number];
type Field = (x: number, y: number, z: number) => number;

/** Samples of a field on a regular grid. */
export interface FieldGrid {
  readonly origin: Triple;
  readonly step: number;
  /** Samples along each axis. */
  readonly size: Triple;
  readonly values: Float32Array;
}

export interface QuadSurface {
  readonly positions: Float32Array;
  readonly quads: Uint32Array;
}

/** Side of a block of cells that is skipped when its middle is far from the surface. */
const BLOCK = 4;
/** ... namely farther than this many cells. */
const FAR_CELLS = 5.5;

/** Samples a distance field between two corners; far blocks get the distance of their middle. */
export function sampleField(field: Field, low: Triple, high: Triple, step: number): FieldGrid {
  const size = low.map((from, d) => Math.ceil((high[d] - from) / step / BLOCK) * BLOCK + 1) as [number, number, number];
  const [nx, ny, nz] = size;
  const values = new Float32Array(nx * ny * nz).fill(1);
  const spanOf = (start: number, count: number) => (start + BLOCK + 1 >= count ? BLOCK + 1 : BLOCK);
  for (let k = 0; k < nz - 1; k += BLOCK) {
    for (let j = 0; j < ny - 1; j += BLOCK) {
      for (let i = 0; i < nx - 1; i += BLOCK) {
        const middle = field(low[0] + (i + 2) * step, low[1] + (j + 2) * step, low[2] + (k + 2) * step);
        const far = Math.abs(middle) > step * FAR_CELLS;
        for (let c = k; c < k + spanOf(k, nz); c++) {
          for (let b = j; b < j + spanOf(j, ny); b++) {
            for (let a = i; a < i + spanOf(i, nx); a++) {
              values[(c * ny + b) * nx + a] = far
                ? middle
                : field(low[0] + a * step, low[1] + b * step, low[2] + c * step);
            }
          }
        }
      }
    }
  }
  return { origin: low, step, size, values };
}

/** Corners of a cell; the bits of an id are its x, y and z. */
const CORNERS: readonly Triple[] = Array.from({ length: 8 }, (_, id) => [id & 1, (id >> 1) & 1, (id >> 2) & 1]);
/** Corners that differ in one bit. */
const CELL_EDGES: readonly (readonly [number, number])[] = [1, 2, 4].flatMap((bit) =>
  [0, 1, 2, 3, 4, 5, 6, 7].filter((id) => (id & bit) === 0).map((id) => [id, id | bit] as const),
);

/** Middle of the places where the surface crosses the edges of a cell, in cells; null where it does not. */
function cellPoint(corner: Float32Array): Triple | null {
  let [x, y, z, crossings] = [0, 0, 0, 0];
  for (const [a, b] of CELL_EDGES) {
    if (corner[a] < 0 === corner[b] < 0) continue;
    const t = corner[a] / (corner[a] - corner[b]);
    x += lerp(CORNERS[a][0], CORNERS[b][0], t);
    y += lerp(CORNERS[a][1], CORNERS[b][1], t);
    z += lerp(CORNERS[a][2], CORNERS[b][2], t);
    crossings++;
  }
  return crossings ? [x / crossings, y / crossings, z / crossings] : null;
}

/** The zero surface as quads, one vertex per crossed cell (naive surface nets, Gibson 1998). */
export function surfaceNets({ origin, step, size, values }: FieldGrid): QuadSurface {
  const [nx, ny, nz] = size;
  const at = (i: number, j: number, k: number) => (k * ny + j) * nx + i;
  const vertexIds = new Int32Array(nx * ny * nz).fill(-1);
  const positions: number[] = [];
  const corner = new Float32Array(8);
  for (let k = 0; k < nz - 1; k++) {
    for (let j = 0; j < ny - 1; j++) {
      for (let i = 0; i < nx - 1; i++) {
        for (let c = 0; c < 8; c++) corner[c] = values[at(i + CORNERS[c][0], j + CORNERS[c][1], k + CORNERS[c][2])];
        const point = cellPoint(corner);
        if (!point) continue;
        vertexIds[at(i, j, k)] = positions.length / 3;
        const [x, y, z] = point;
        positions.push(origin[0] + (i + x) * step, origin[1] + (j + y) * step, origin[2] + (k + z) * step);
      }
    }
  }

  const quads: number[] = [];
  const addQuad = (inside: boolean, a: number, b: number, c: number, d: number) => {
    if (a < 0 || b < 0 || c < 0 || d < 0) return;
    if (inside) quads.push(a, b, c, d);
    else quads.push(a, d, c, b);
  };
  const vertex = (i: number, j: number, k: number) => vertexIds[at(i, j, k)];
  for (let k = 1; k < nz - 1; k++) {
    for (let j = 1; j < ny - 1; j++) {
      for (let i = 1; i < nx - 1; i++) {
        const inside = values[at(i, j, k)] < 0;
        const here = vertex(i, j, k);
        if (inside !== values[at(i + 1, j, k)] < 0) {
          addQuad(inside, vertex(i, j - 1, k - 1), vertex(i, j, k - 1), here, vertex(i, j - 1, k));
        }
        if (inside !== values[at(i, j + 1, k)] < 0) {
          addQuad(inside, vertex(i - 1, j, k - 1), vertex(i - 1, j, k), here, vertex(i, j, k - 1));
        }
        if (inside !== values[at(i, j, k + 1)] < 0) {
          addQuad(inside, vertex(i - 1, j - 1, k), vertex(i, j - 1, k), here, vertex(i - 1, j, k));
        }
      }
    }
  }
  return { positions: Float32Array.from(positions), quads: Uint32Array.from(quads) };
}
