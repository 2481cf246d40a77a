/** Which texel of the aligned layout each pixel shows: computed once per picture, used by every layer. */
import type { PuppetMesh } from './puppet-mesh.ts';
import { visitTriangle } from './raster-triangle.ts';

export interface TexelMap {
  /** Pixels that the mesh covers. */
  readonly pixels: Uint32Array;
  /** u, v (0..1) per entry of `pixels`. */
  readonly uv: Float32Array;
}

/** `positions`: vertexCount x 2, frame units; `side`: pixels of the square image. Later triangles win. */
export function mapTexels(mesh: PuppetMesh, positions: Float32Array, side: number): TexelMap {
  const uvOfPixel = new Float32Array(2 * side * side).fill(-1);
  const { triangles, uv } = mesh;
  for (let first = 0; first < triangles.length; first += 3) {
    const [a, b, c] = [triangles[first]!, triangles[first + 1]!, triangles[first + 2]!];
    const corner = (id: number) => [positions[2 * id]! * side, positions[2 * id + 1]! * side] as const;
    visitTriangle(side, side, corner(a), corner(b), corner(c), (pixel, wa, wb, wc) => {
      uvOfPixel[2 * pixel] = wa * uv[2 * a]! + wb * uv[2 * b]! + wc * uv[2 * c]!;
      uvOfPixel[2 * pixel + 1] = wa * uv[2 * a + 1]! + wb * uv[2 * b + 1]! + wc * uv[2 * c + 1]!;
    });
  }
  return compact(uvOfPixel);
}

function compact(uvOfPixel: Float32Array): TexelMap {
  let count = 0;
  for (let pixel = 0; pixel < uvOfPixel.length / 2; pixel += 1) if (uvOfPixel[2 * pixel]! >= 0) count += 1;
  const pixels = new Uint32Array(count);
  const uv = new Float32Array(2 * count);
  for (let pixel = 0, entry = 0; entry < count; pixel += 1) {
    if (uvOfPixel[2 * pixel]! < 0) continue;
    pixels[entry] = pixel;
    uv[2 * entry] = uvOfPixel[2 * pixel]!;
    uv[2 * entry + 1] = uvOfPixel[2 * pixel + 1]!;
    entry += 1;
  }
  return { pixels, uv };
}
