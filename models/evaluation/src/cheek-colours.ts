/** The skin colour that a portrait shows, read where no hair, beard or lip lies: the middle of the cheeks. */
import type { PuppetMesh, Rim } from '@timbre/models';

/** From the lower lid to the mouth's corner. */
const DOWN = 0.45;
/** Radius of the patches, distances between the eyes. */
const RADIUS = 0.12;

export type Colour = [red: number, green: number, blue: number];

export interface PortraitPixels {
  /** RGBA, `size` x `size`. */
  readonly pixels: Uint8ClampedArray;
  readonly size: number;
  /** Posed vertices, x and y in frame units. */
  readonly positions: Float32Array;
}

/** Mean colour of both cheeks, 0..255 as displayed. */
export function cheekColour(mesh: PuppetMesh, { pixels, size, positions }: PortraitPixels): Colour {
  const at = (vertex: number): [number, number] => [positions[2 * vertex]!, positions[2 * vertex + 1]!];
  const middle = (chain: readonly number[]) => at(chain[chain.length >> 1]!);
  const eyes = [mesh.lids.left, mesh.lids.right].map((lid: Rim) => middle(lid.lower));
  const [[firstX, firstY], [secondX, secondY]] = eyes as [[number, number], [number, number]];
  const radius = RADIUS * Math.hypot(firstX - secondX, firstY - secondY);
  const corners = mesh.mouth.corners.map(at);
  const sum: Colour = [0, 0, 0];
  let count = 0;
  for (const [eyeX, eyeY] of eyes) {
    const [, cornerY] = corners.toSorted(([a], [b]) => Math.abs(a - eyeX!) - Math.abs(b - eyeX!))[0]!;
    const centre = { x: eyeX!, y: eyeY! + DOWN * (cornerY - eyeY!) };
    for (const pixel of disc(centre, radius, size)) {
      for (let channel = 0; channel < 3; channel += 1) sum[channel]! += pixels[4 * pixel + channel]!;
      count += 1;
    }
  }
  return sum.map((value) => value / Math.max(1, count)) as Colour;
}

/** Indices of the pixels whose middles lie in the disc; frame units. */
function* disc(centre: { x: number; y: number }, radius: number, size: number): Generator<number> {
  const first = (value: number) => Math.max(0, Math.floor((value - radius) * size));
  const last = (value: number) => Math.min(size - 1, Math.ceil((value + radius) * size));
  for (let row = first(centre.y); row <= last(centre.y); row += 1) {
    for (let column = first(centre.x); column <= last(centre.x); column += 1) {
      const distance = Math.hypot((column + 0.5) / size - centre.x, (row + 0.5) / size - centre.y);
      if (distance <= radius) yield row * size + column;
    }
  }
}
