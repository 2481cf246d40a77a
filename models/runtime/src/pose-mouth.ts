/** Lips that never cross: where a viseme would push one through the other, both meet on a line between them. */
import type { Rim } from './puppet-mesh.ts';
import { lineHeightAt, rimLine } from './rim-line.ts';

/** The least distance of the lips, frame units. */
const LEAST_GAP = 0.0004;

/** In place. */
export function partLips(points: Float32Array, mouth: Rim): void {
  const upper = rimLine(points, mouth, 'upper');
  const lower = rimLine(points, mouth, 'lower');
  meet(points, mouth.upper, lower, -1);
  meet(points, mouth.lower, upper, 1);
}

/** `side` -1: the chain belongs above the line, 1: below it. */
function meet(points: Float32Array, chain: readonly number[], line: Float32Array, side: -1 | 1): void {
  for (const vertex of chain) {
    const height = lineHeightAt(line, points[3 * vertex]!);
    const y = points[3 * vertex + 1]!;
    if ((y - height) * side < LEAST_GAP) points[3 * vertex + 1] = (y + height) / 2 + (side * LEAST_GAP) / 2;
  }
}

/** How far the middle of the lips is apart, frame units. */
export function mouthHeights(points: Float32Array, mouth: Rim): { upper: number; lower: number } {
  const middle = (chain: readonly number[]) => points[3 * chain[chain.length >> 1]! + 1]!;
  return { upper: middle(mouth.upper), lower: middle(mouth.lower) };
}
