/**
 * A puppet: one face as geometry and a tone-free skin, as the face decoder draws it from a face code.
 *
 * Frame units: 0..1 of the square portrait, x to the right, y down, z towards the viewer.
 * n = vertices of the shared mesh + landmarks (eyes, teeth, tongue), in this order.
 */
import { ModelError } from './errors.ts';

export interface Puppet {
  /** n x 3: positions at rest. */
  readonly rest: Float32Array;
  /** One per expression, in the contract's order; n x 3: offsets from the rest at full weight. */
  readonly deltas: readonly Float32Array[];
  /**
   * RGBA, 2T wide and T high, opaque. Left half: diffuse ratio (red, green, blue), 255. Right half: highlight, coverage,
   * 0, 255. Encoded as `encodeDiffuse` and `encodeHighlight` of linear light.
   */
  readonly skin: Uint8Array;
  /** T, texels. */
  readonly textureSize: number;
}

/** The puppet between `a` (t = 0) and `b` (t = 1): for a cross-fade while the face forms. Throws `bad-input`. */
export function blendPuppets(a: Puppet, b: Puppet, t: number): Puppet {
  if (a.rest.length !== b.rest.length || a.deltas.length !== b.deltas.length || a.textureSize !== b.textureSize) {
    throw ModelError.badInput('puppets of different models cannot be blended');
  }
  return {
    rest: blend(a.rest, b.rest, t),
    deltas: a.deltas.map((delta, index) => blend(delta, b.deltas[index]!, t)),
    skin: a.skin.map((texel, index) => Math.round(texel + t * (b.skin[index]! - texel))),
    textureSize: a.textureSize,
  };
}

function blend(a: Float32Array, b: Float32Array, t: number): Float32Array {
  return a.map((value, index) => value + t * (b[index]! - value));
}
