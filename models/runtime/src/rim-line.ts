/** The polyline of a lid or lip, corner to corner. Points are n x 3 arrays in frame units. */
import type { Rim } from './puppet-mesh.ts';

/** x and y of the rim's chain with its corners, flat. Reuses `out` if given. */
export function rimLine(points: Float32Array, rim: Rim, side: 'upper' | 'lower', out?: Float32Array): Float32Array {
  const chain = rim[side];
  const line = out ?? new Float32Array(2 * (chain.length + 2));
  write(line, 0, points, rim.corners[0]);
  for (let index = 0; index < chain.length; index += 1) write(line, index + 1, points, chain[index]!);
  write(line, chain.length + 1, points, rim.corners[1]);
  return line;
}

/** y of a polyline at `x`; beyond its ends, the y of the nearer end. Rims run to the left or to the right. */
export function lineHeightAt(line: Float32Array, x: number): number {
  const last = line.length / 2 - 1;
  const direction = Math.sign(line[2 * last]! - line[0]!);
  for (let index = 0; index < last; index += 1) {
    const right = line[2 * index + 2]!;
    if ((x - right) * direction > 0 && index < last - 1) continue;
    const left = line[2 * index]!;
    const width = right - left;
    const t = Math.abs(width) < 1e-9 ? 0 : Math.min(1, Math.max(0, (x - left) / width));
    return line[2 * index + 1]! + t * (line[2 * index + 3]! - line[2 * index + 1]!);
  }
  return line[1]!;
}

function write(line: Float32Array, place: number, points: Float32Array, vertex: number): void {
  line[2 * place] = points[3 * vertex]!;
  line[2 * place + 1] = points[3 * vertex + 1]!;
}
