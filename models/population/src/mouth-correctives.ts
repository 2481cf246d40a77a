import type { AssetPack } from './asset-pack.ts';
import { smoothstep } from './interpolation.ts';

/** Corner of the texture atlas where the inside of the mouth lies. */
const CAVITY_UV = { above: 0.8, below: 0.135 };

/**
 * Keeps the mouth floor and the teeth where they belong when the jaw drops: the viseme targets move the cavity as far
 * as the lips, so in small chins it would come through the skin, and the lower gum would show.
 */
export class MouthCorrectives {
  readonly #base: Float32Array;
  readonly #cavity: readonly number[];
  readonly #lowerTeeth: Uint16Array;
  readonly #upperTeeth: Uint16Array;

  constructor(pack: AssetPack, base: Float32Array) {
    const quads = pack.ids('base.quads');
    const uvQuads = pack.ids('base.quadsUV');
    const uvs = pack.floats('base.uv');
    const cavity = new Set<number>();
    quads.forEach((vertex, corner) => {
      const u = uvs[uvQuads[corner] * 2];
      const v = uvs[uvQuads[corner] * 2 + 1];
      if (u > CAVITY_UV.above && v < CAVITY_UV.below) cavity.add(vertex);
    });
    this.#base = base;
    this.#cavity = [...cavity];
    this.#lowerTeeth = pack.group('helper-lower-teeth');
    this.#upperTeeth = pack.group('helper-upper-teeth');
  }

  /** Corrects `posed` in place; `neutral` is the same head at rest. */
  apply(posed: Float32Array, neutral: Float32Array): void {
    for (const vertex of this.#cavity) {
      const deep = smoothstep(1.52, 1.34, this.#base[vertex * 3 + 2]);
      const drop = posed[vertex * 3 + 1] - neutral[vertex * 3 + 1];
      if (drop >= 0 || deep <= 0) continue;
      posed[vertex * 3 + 1] -= drop * 0.5 * deep;
      posed[vertex * 3 + 2] += drop * 0.35 * deep;
    }
    const top = highest(posed, this.#lowerTeeth);
    const jawDrop = Math.max(0, highest(neutral, this.#lowerTeeth) - top);
    for (const vertex of this.#lowerTeeth) {
      const height = top - posed[vertex * 3 + 1];
      posed[vertex * 3 + 1] = top - height * 0.6 - Math.min(0.1, 0.5 * jawDrop);
      posed[vertex * 3 + 2] -= 0.03 + 0.25 * height;
    }
    for (const vertex of this.#upperTeeth) posed[vertex * 3 + 1] -= Math.min(0.05, 0.3 * jawDrop);
  }
}

function highest(positions: Float32Array, ids: Uint16Array): number {
  return ids.reduce((top, vertex) => Math.max(top, positions[vertex * 3 + 1]), -9);
}
