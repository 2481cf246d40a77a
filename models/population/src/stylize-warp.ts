import { lerp, smoothstep } from './interpolation.ts';

type Point = readonly [number, number, number];

/** The places of a head that the warp is measured from, decimetres. */
export interface WarpAnchors {
  readonly leftEye: Point;
  readonly rightEye: Point;
  readonly noseTip: Point;
  readonly jaw: Point;
  readonly neck: Point;
}

export interface WarpAmounts {
  /** 0 natural .. 1 illustrated. */
  readonly stylize: number;
  /** 0 adult .. 1 child of eight or younger. */
  readonly childness: number;
}

/** Scales space about a centre: fully inside `inner`, not at all outside `outer`. */
interface Magnifier {
  readonly centre: Point;
  readonly inner: number;
  readonly outer: number;
  readonly gain: number;
}

/** Half the distance between the eyes on the base head. */
const BASE_EYE_X = 0.289;
/** From eyes to chin, in distances between the eyes: longer faces are shortened by a share of what is over. */
const USUAL_FACE_LENGTH = 1.75;
const LONG_FACE_SHARE = 0.3;
/** How far the nose's magnifier lies behind its tip. */
const NOSE_CENTRE_DEPTH = 0.12;

/**
 * The designed head: larger eyes, smaller nose, narrower lower face, neck and shoulders; children get a larger skull
 * and a shorter face. It is a smooth map of space applied after all morphs, so lids, lips and landmarks stay together.
 */
export class StylizeWarp {
  readonly #magnifiers: readonly Magnifier[];
  readonly #amounts: WarpAmounts;
  readonly #eyeY: number;
  readonly #neckZ: number;
  readonly #eyeToChin: number;
  /** How much the lower face is shortened. */
  readonly #shortened: number;

  constructor(anchors: WarpAnchors, amounts: WarpAmounts) {
    const { leftEye, rightEye, noseTip, jaw, neck } = anchors;
    const unit = leftEye[0] / BASE_EYE_X;
    const eye = { inner: 0.19 * unit, outer: 0.5 * unit, gain: 0.27 * amounts.stylize + 0.07 * amounts.childness };
    const noseCentre: Point = [noseTip[0], noseTip[1], noseTip[2] - NOSE_CENTRE_DEPTH * unit];
    const noseGain = -0.13 * amounts.stylize - 0.1 * amounts.childness;
    this.#magnifiers = [
      { centre: leftEye, ...eye },
      { centre: rightEye, ...eye },
      { centre: noseCentre, inner: 0.1 * unit, outer: 0.36 * unit, gain: noseGain },
    ].filter(({ gain }) => gain !== 0);
    this.#amounts = amounts;
    this.#eyeY = leftEye[1];
    this.#neckZ = neck[2];
    this.#eyeToChin = this.#eyeY - (jaw[1] - 0.12);
    const long = this.#eyeToChin / (2 * leftEye[0]) - USUAL_FACE_LENGTH;
    this.#shortened = (0.055 + Math.max(0, long) * LONG_FACE_SHARE) * amounts.stylize + 0.085 * amounts.childness;
  }

  /** Warps positions in place; `base` are the same vertices on the base head, which tell shoulders from neck. */
  apply(positions: Float32Array, base: Float32Array): void {
    for (let i = 0; i < positions.length; i += 3) {
      const point: [number, number, number] = [positions[i], positions[i + 1], positions[i + 2]];
      for (const magnifier of this.#magnifiers) magnify(point, magnifier);
      this.#shapeHead(point, base[i + 1] < 5.75 || Math.abs(base[i]) > 0.62);
      positions.set(point, i);
    }
  }

  #shapeHead(point: [number, number, number], shoulder: boolean): void {
    const { stylize, childness } = this.#amounts;
    const eyeY = this.#eyeY;
    const chinDistance = this.#eyeToChin;
    let [x, y, z] = point;
    const below = (eyeY - y) / chinDistance; // 0 at the eyes, 1 at the chin, negative on the forehead
    const behind = z - this.#neckZ < 0.55 ? 0.25 * (0.55 - (z - this.#neckZ)) : 0;
    const head = 1 - smoothstep(0.85, 1.25, below - behind);

    const narrowJaw = 0.055 * stylize + 0.03 * childness;
    x *= 1 - narrowJaw * smoothstep(0.25, 0.8, below) * head;

    const skull = 0.035 * stylize + 0.045 * childness;
    const skullZ = this.#neckZ + 0.35;
    x *= 1 + skull * smoothstep(0, 0.9, 0.25 - below);
    z = skullZ + (z - skullZ) * (1 + skull * 0.6 * smoothstep(0, 0.9, -below));

    const narrowNeck = 1 - 0.17 * stylize - 0.14 * childness;
    const narrowShoulders = 1 - 0.07 * stylize - 0.13 * childness;
    const body = 1 - head;
    x *= lerp(1, shoulder ? narrowShoulders : narrowNeck, body);
    z = this.#neckZ + (z - this.#neckZ) * lerp(1, narrowNeck, body);

    const lower = 1 - this.#shortened;
    const upper = 1 + 0.005 * stylize + 0.03 * childness;
    if (y > eyeY) y = eyeY + (y - eyeY) * upper;
    else if (below < 1.15) y = eyeY - (eyeY - y) * lower;
    else y = eyeY - chinDistance * 1.15 * lower - (below - 1.15) * chinDistance * 0.96;
    point[0] = x;
    point[1] = y;
    point[2] = z;
  }
}

function magnify(point: [number, number, number], { centre, inner, outer, gain }: Magnifier): void {
  const dx = point[0] - centre[0];
  const dy = point[1] - centre[1];
  const dz = point[2] - centre[2];
  const distance = Math.hypot(dx, dy, dz);
  if (distance >= outer) return;
  const weight = gain * (1 - smoothstep(inner, outer, distance));
  point[0] += dx * weight;
  point[1] += dy * weight;
  point[2] += dz * weight;
}
