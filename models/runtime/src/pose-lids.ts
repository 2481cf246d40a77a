/** Blinks: a weight per eye that makes the lids meet, and lids that close exactly. */
import { smoothstep } from './colour.ts';
import type { Puppet } from './puppet.ts';
import type { Rim } from './puppet-mesh.ts';
import { lineHeightAt, rimLine } from './rim-line.ts';

/** From this blink weight on the upper lid is drawn onto the lower one, whatever the decoded offsets leave open. */
const CLOSING_FROM = 0.4;
/** How far the upper lid covers the lower one, frame units: no light between the two. */
const OVERLAP = 0.0006;
/** The decoded blink is never overdriven further than this. */
const HIGHEST_BLINK_SCALE = 1.6;

/**
 * By how much a puppet's blink has to be scaled for the lids of one eye to meet: decoded blinks fall a little short or go
 * too far, differently per face.
 */
export function blinkScale(puppet: Puppet, rim: Rim): number {
  const blink = puppet.deltas[0]!;
  const blinked = puppet.rest.map((value, index) => value + blink[index]!);
  const open = lidGap(puppet.rest, rim);
  const closed = lidGap(blinked, rim);
  return Math.min(HIGHEST_BLINK_SCALE, open / Math.max(1e-4, open - closed));
}

/** Sum of the gaps between the lids at nine places across the eye. */
function lidGap(points: Float32Array, rim: Rim): number {
  const upper = rimLine(points, rim, 'upper');
  const lower = rimLine(points, rim, 'lower');
  let sum = 0;
  for (let place = 1; place < 10; place += 1) sum += heightAlong(lower, place / 10) - heightAlong(upper, place / 10);
  return sum;
}

function heightAlong(line: Float32Array, t: number): number {
  const from = line[0]!;
  const to = line[line.length - 2]!;
  return lineHeightAt(line, from + t * (to - from));
}

/** Draws the upper lid onto the lower one, the more the further the eye is closed. In place. */
export function closeLids(points: Float32Array, rim: Rim, blink: number): void {
  if (blink <= CLOSING_FROM) return;
  const weight = smoothstep(CLOSING_FROM, 1, blink);
  const lower = rimLine(points, rim, 'lower');
  for (const vertex of rim.upper) {
    const height = lineHeightAt(lower, points[3 * vertex]!) + OVERLAP;
    points[3 * vertex + 1]! += weight * (height - points[3 * vertex + 1]!);
  }
}
