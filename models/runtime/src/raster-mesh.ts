/** Which texel of the aligned layout each pixel shows: computed once per picture, used by every layer. */
import type { PuppetMesh } from './puppet-mesh.ts';
import { visitTriangle } from './raster-triangle.ts';

/**
 * What the mesh covers, as squares of samples. Inside the mesh a whole pixel is one square, shaded once; where the mesh ends
 * within a pixel (lids, lips) each sample is its own.
 */
export interface TexelMap {
  /** The first (left top) sample of each square. */
  readonly samples: Uint32Array;
  /** Samples along a square's side: 1 or the supersampling. */
  readonly spans: Uint8Array;
  /** u, v (0..1) per square, of its middle. */
  readonly uv: Float32Array;
}

/** Texels further apart than this within one pixel are of different parts of the mesh, at a fold. */
const LARGEST_SPREAD = 0.02;

/** `positions`: vertexCount x 2, frame units; `side`: samples of the square picture. Later triangles win. */
export function mapTexels(mesh: PuppetMesh, positions: Float32Array, side: number, supersample: number): TexelMap {
  const uvOfSample = new Float32Array(2 * side * side).fill(-1);
  const { triangles, uv } = mesh;
  for (let first = 0; first < triangles.length; first += 3) {
    const a = triangles[first]!;
    const b = triangles[first + 1]!;
    const c = triangles[first + 2]!;
    const corner = (id: number) => [positions[2 * id]! * side, positions[2 * id + 1]! * side] as const;
    visitTriangle(side, side, corner(a), corner(b), corner(c), (sample, wa, wb, wc) => {
      uvOfSample[2 * sample] = wa * uv[2 * a]! + wb * uv[2 * b]! + wc * uv[2 * c]!;
      uvOfSample[2 * sample + 1] = wa * uv[2 * a + 1]! + wb * uv[2 * b + 1]! + wc * uv[2 * c + 1]!;
    });
  }
  return gatherSquares(uvOfSample, side, supersample);
}

function gatherSquares(uvOfSample: Float32Array, side: number, supersample: number): TexelMap {
  const squares = { samples: new Uint32Array(side * side), spans: new Uint8Array(side * side) };
  const uv = new Float32Array(2 * side * side);
  let count = 0;
  const add = (sample: number, span: number, u: number, v: number) => {
    squares.samples[count] = sample;
    squares.spans[count] = span;
    uv[2 * count] = u;
    uv[2 * count + 1] = v;
    count += 1;
  };
  for (let row = 0; row < side; row += supersample) {
    for (let column = 0; column < side; column += supersample) {
      const first = row * side + column;
      const last = first + (supersample - 1) * (side + 1);
      if (isWhole(uvOfSample, first, side, supersample)) {
        const u = (uvOfSample[2 * first]! + uvOfSample[2 * last]!) / 2;
        add(first, supersample, u, (uvOfSample[2 * first + 1]! + uvOfSample[2 * last + 1]!) / 2);
        continue;
      }
      for (let place = 0; place < supersample * supersample; place += 1) {
        const sample = first + Math.floor(place / supersample) * side + (place % supersample);
        if (uvOfSample[2 * sample]! >= 0) add(sample, 1, uvOfSample[2 * sample]!, uvOfSample[2 * sample + 1]!);
      }
    }
  }
  return { samples: squares.samples.slice(0, count), spans: squares.spans.slice(0, count), uv: uv.slice(0, 2 * count) };
}

/** True if the mesh covers all samples of a pixel, with neighbouring texels. */
function isWhole(uvOfSample: Float32Array, first: number, side: number, supersample: number): boolean {
  const u = uvOfSample[2 * first]!;
  const v = uvOfSample[2 * first + 1]!;
  for (let place = 0; place < supersample * supersample; place += 1) {
    const sample = first + Math.floor(place / supersample) * side + (place % supersample);
    const sampleU = uvOfSample[2 * sample]!;
    if (sampleU < 0 || Math.abs(sampleU - u) > LARGEST_SPREAD) return false;
    if (Math.abs(uvOfSample[2 * sample + 1]! - v) > LARGEST_SPREAD) return false;
  }
  return true;
}
