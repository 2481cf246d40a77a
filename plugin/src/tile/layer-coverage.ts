/**
 * Which triangles of the mesh a layer needs. Most layers cover a small part of it, and without graphics hardware every
 * triangle counts.
 */
import type { PuppetMesh } from '@timbre/models';

/** Side of the coverage grid; a cell is 1/64 of the texture. */
export const COVERAGE_CELLS = 64;

/** One byte a cell, row by row: not 0 where the layer may be seen. */
export type Coverage = Uint8Array;

/** Coverage of a skin: 2T x T texels of RGBA with the coverage in the right half's green. */
export function skinCoverage(skin: Uint8Array, textureSize: number): Coverage {
  const cells = new Uint8Array(COVERAGE_CELLS ** 2);
  for (let y = 0; y < textureSize; y += 1) {
    const row = Math.floor((y * COVERAGE_CELLS) / textureSize) * COVERAGE_CELLS;
    for (let x = 0; x < textureSize; x += 1) {
      const seen = skin[4 * (2 * textureSize * y + textureSize + x) + 1]! > 8;
      if (seen) cells[row + Math.floor((x * COVERAGE_CELLS) / textureSize)] = 1;
    }
  }
  return cells;
}

/** Coverage of a layer image: the left half's blue before the head, the right half's green behind it. */
export function layerCoverage(image: CanvasImageSource): { readonly front: Coverage; readonly back: Coverage } {
  const canvas = new OffscreenCanvas(2 * COVERAGE_CELLS, COVERAGE_CELLS);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const front = new Uint8Array(COVERAGE_CELLS ** 2).fill(1);
  const back = front.slice();
  if (!context) return { front, back };
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let cell = 0; cell < front.length; cell += 1) {
    const row = Math.floor(cell / COVERAGE_CELLS);
    const left = 4 * (2 * COVERAGE_CELLS * row + (cell - row * COVERAGE_CELLS));
    front[cell] = data[left + 2]! > 1 ? 1 : 0;
    back[cell] = data[left + 4 * COVERAGE_CELLS + 1]! > 1 ? 1 : 0;
  }
  return { front, back };
}

/** Vertex ids of the triangles that touch the coverage, in the mesh's order; `margin` cells more to be sure. */
export function coveredTriangles({ triangles, uv }: PuppetMesh, coverage: Coverage, margin: number): Uint32Array {
  const kept: number[] = [];
  const cell = (value: number) => Math.min(COVERAGE_CELLS - 1, Math.max(0, Math.floor(value * COVERAGE_CELLS)));
  for (let index = 0; index < triangles.length; index += 3) {
    const [a, b, c] = [triangles[index]!, triangles[index + 1]!, triangles[index + 2]!];
    const [ax, bx, cx] = [uv[2 * a]!, uv[2 * b]!, uv[2 * c]!];
    const [ay, by, cy] = [uv[2 * a + 1]!, uv[2 * b + 1]!, uv[2 * c + 1]!];
    const reach = margin / COVERAGE_CELLS;
    const columns = { from: cell(Math.min(ax, bx, cx) - reach), to: cell(Math.max(ax, bx, cx) + reach) };
    const rows = { from: cell(Math.min(ay, by, cy) - reach), to: cell(Math.max(ay, by, cy) + reach) };
    if (touches(coverage, columns, rows)) kept.push(a, b, c);
  }
  return Uint32Array.from(kept);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function touches(coverage: Coverage, columns: Range, rows: Range): boolean {
  for (let row = rows.from; row <= rows.to; row += 1) {
    for (let column = columns.from; column <= columns.to; column += 1) {
      if (coverage[row * COVERAGE_CELLS + column] !== 0) return true;
    }
  }
  return false;
}
