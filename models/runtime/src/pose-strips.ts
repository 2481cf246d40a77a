/** Bands along lids and lips: the shadow that a lid throws on the eyeball, lashes, the lips' shade inside the mouth. */

import type { PuppetMesh, Rim } from './puppet-mesh.ts';
import { LASH_STRENGTH } from './puppet-paint.ts';

/**
 * A band of quadrilaterals: per point of the rim x, y of its edge at gradient position 0 and x, y of its edge at 1.
 * Frame units.
 */
export type Strip = Float32Array;

/** How far a strip reaches to either side of its rim, distances between the eyes, y down. */
interface Reach {
  readonly from: number;
  readonly to: number;
  /** Thinner towards the corners. */
  readonly tapered: boolean;
}

const LID_SHADOW: Reach = { from: -0.01, to: 0.105, tapered: false };
const LASH: Reach = { from: -0.03 * (0.5 + 0.6 * LASH_STRENGTH), to: 0.008, tapered: true };
const UPPER_LIP_SHADOW: Reach = { from: -0.03, to: 0.16, tapered: false };
const LOWER_LIP_SHADOW: Reach = { from: 0.03, to: -0.07, tapered: false };

export class StripPoser {
  readonly lidShadows: readonly [Strip, Strip];
  readonly lashes: readonly [Strip, Strip];
  readonly upperLipShadow: Strip;
  readonly lowerLipShadow: Strip;
  readonly #mesh: PuppetMesh;
  readonly #unit: number;

  /** `unit`: distance between the eyes, frame units. */
  constructor(mesh: PuppetMesh, unit: number) {
    const strip = (chain: readonly number[]) => new Float32Array(4 * (chain.length + 2));
    const { lids, mouth } = mesh;
    this.#mesh = mesh;
    this.#unit = unit;
    this.lidShadows = [strip(lids.left.upper), strip(lids.right.upper)];
    this.lashes = [strip(lids.left.upper), strip(lids.right.upper)];
    this.upperLipShadow = strip(mouth.upper);
    this.lowerLipShadow = strip(mouth.lower);
  }

  pose(points: Float32Array): void {
    const { lids, mouth } = this.#mesh;
    for (const [index, rim] of [lids.left, lids.right].entries()) {
      this.#lay(this.lidShadows[index]!, points, rim, rim.upper, LID_SHADOW);
      this.#lay(this.lashes[index]!, points, rim, rim.upper, LASH);
    }
    this.#lay(this.upperLipShadow, points, mouth, mouth.upper, UPPER_LIP_SHADOW);
    this.#lay(this.lowerLipShadow, points, mouth, mouth.lower, LOWER_LIP_SHADOW);
  }

  #lay(strip: Strip, points: Float32Array, rim: Rim, chain: readonly number[], reach: Reach): void {
    const last = chain.length + 1;
    for (let place = 0; place <= last; place += 1) {
      const vertex = place === 0 ? rim.corners[0] : place === last ? rim.corners[1] : chain[place - 1]!;
      const width = this.#unit * (reach.tapered ? Math.sqrt(Math.max(0, Math.sin((Math.PI * place) / last))) : 1);
      const x = points[3 * vertex]!;
      const y = points[3 * vertex + 1]!;
      strip[4 * place] = x;
      strip[4 * place + 1] = y + reach.from * width;
      strip[4 * place + 2] = x;
      strip[4 * place + 3] = y + reach.to * width;
    }
  }
}

/** Vertex ids of a strip's triangles: two for each pair of neighbouring points. */
export function stripTriangles(pointCount: number): Uint16Array {
  const triangles = new Uint16Array(6 * (pointCount - 1));
  for (let place = 0; place < pointCount - 1; place += 1) {
    const first = 2 * place;
    triangles.set([first, first + 1, first + 2, first + 1, first + 3, first + 2], 6 * place);
  }
  return triangles;
}
