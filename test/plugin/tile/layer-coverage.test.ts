import type { PuppetMesh } from '@timbre/models';
import { describe, expect, it } from 'vitest';
import { COVERAGE_CELLS, coveredTriangles, skinCoverage } from '../../../plugin/src/tile/layer-coverage.ts';

/** Two triangles: one in the upper left quarter of the texture, one in the lower right. */
const mesh = {
  triangles: Uint16Array.of(0, 1, 2, 3, 4, 5),
  uv: Float32Array.of(0.1, 0.1, 0.3, 0.1, 0.1, 0.3, 0.7, 0.7, 0.9, 0.7, 0.9, 0.9),
} as PuppetMesh;

function coverageAt(u: number, v: number): Uint8Array {
  const cells = new Uint8Array(COVERAGE_CELLS ** 2);
  cells[Math.floor(v * COVERAGE_CELLS) * COVERAGE_CELLS + Math.floor(u * COVERAGE_CELLS)] = 1;
  return cells;
}

describe('the triangles that a layer covers', () => {
  it('are those that touch a covered cell, in their order', () => {
    expect([...coveredTriangles(mesh, coverageAt(0.2, 0.2), 0)]).toEqual([0, 1, 2]);
    expect([...coveredTriangles(mesh, coverageAt(0.8, 0.8), 0)]).toEqual([3, 4, 5]);
    expect([...coveredTriangles(mesh, coverageAt(0.5, 0.5), 0)]).toEqual([]);
    expect([...coveredTriangles(mesh, new Uint8Array(COVERAGE_CELLS ** 2).fill(1), 0)]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('reach the margin further', () => {
    const beside = coverageAt(0.3 + 1.5 / COVERAGE_CELLS, 0.2);
    expect([...coveredTriangles(mesh, beside, 0)]).toEqual([]);
    expect([...coveredTriangles(mesh, beside, 2)]).toEqual([0, 1, 2]);
  });

  it('are found from the coverage in the right half of a skin', () => {
    const size = 128;
    const skin = new Uint8Array(2 * size * size * 4);
    const [x, y] = [20, 100];
    skin[4 * (2 * size * y + size + x) + 1] = 200;
    const cells = skinCoverage(skin, size);
    expect(cells.reduce((sum, cell) => sum + cell, 0)).toBe(1);
    expect(cells[Math.floor(y / 2) * COVERAGE_CELLS + Math.floor(x / 2)]).toBe(1);
  });
});
