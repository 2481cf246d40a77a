/** Nothing in a tile's picture jumps: its values follow their targets, and the medallion opens in time. Pure. */
import type { SceneValues } from './tile-scene.ts';

/** All 0..1. */
export interface GlideTargets {
  readonly face: number;
  readonly progress: number;
  readonly ring: number;
  readonly voice: number;
  /** From the face in the medallion to the face that fills the tile. */
  readonly open: boolean;
}

/** Time constants, ms. */
const GLIDE_MS = { face: 260, progress: 240, ring: 160, voice: 110 } as const;
/** The opening of the medallion, ms. */
const REVEAL_MS = 700;
/** Nearer than this is there. */
const NEAR = 0.003;

export class TileGlide {
  readonly #values = { face: 0, reveal: 0, ring: 0, progress: 0, voice: 0, breath: 0 };
  /** How far the medallion's opening has come, in time. */
  #opened = 0;

  /** The same object each time. */
  get values(): SceneValues {
    return this.#values;
  }

  /** -1 breathed out to 1 breathed in. */
  set breath(breath: number) {
    this.#values.breath = breath;
  }

  /** Without a face, at once. */
  dropFace(): void {
    Object.assign(this.#values, { face: 0, reveal: 0 });
    this.#opened = 0;
  }

  /** Without a ring, at once. */
  dropRing(): void {
    Object.assign(this.#values, { ring: 0, progress: 0 });
  }

  /** Moves every value towards its target (`still`: to it); true while one is on its way. */
  step(targets: GlideTargets, elapsedMs: number, still: boolean): boolean {
    const values = this.#values;
    let gliding = false;
    for (const name of ['face', 'progress', 'ring', 'voice'] as const) {
      const rest = targets[name] - values[name];
      if (Math.abs(rest) < NEAR) {
        values[name] = targets[name];
        continue;
      }
      values[name] += still ? rest : rest * (1 - Math.exp(-elapsedMs / GLIDE_MS[name]));
      gliding = true;
    }
    if (targets.open && this.#opened < 1) {
      this.#opened = still ? 1 : Math.min(1, this.#opened + elapsedMs / REVEAL_MS);
      values.reveal = easeInOut(this.#opened);
      gliding = true;
    }
    return gliding;
  }
}

function easeInOut(t: number): number {
  return t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2;
}
