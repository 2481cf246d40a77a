/** Decides per block whether somebody speaks, from the voice activity network's probabilities. Pure: no clock, no audio. */
export interface SpeechGateOptions {
  /** Probability from which a block counts as speech. Default: 0.5. */
  readonly onset?: number;
  /** Probability below which speech fades. Default: 0.35. */
  readonly release?: number;
  /** Blocks of speech in a row before the gate opens: a click is no speech. Default: 2. */
  readonly onsetBlocks?: number;
  /** Blocks that the gate stays open after speech faded: the ends of words belong to the voice. Default: 3. */
  readonly hangoverBlocks?: number;
}

/**
 *     closed(run of speech blocks) -- onsetBlocks reached --> open(blocks left)
 *            ^------------------- no block left ----------------/
 */
type GateState = { state: 'closed'; run: number } | { state: 'open'; left: number };

export class SpeechGate {
  readonly #onset: number;
  readonly #release: number;
  readonly #onsetBlocks: number;
  readonly #hangoverBlocks: number;
  #state: GateState = { state: 'closed', run: 0 };

  constructor({ onset = 0.5, release = 0.35, onsetBlocks = 2, hangoverBlocks = 3 }: SpeechGateOptions = {}) {
    this.#onset = onset;
    this.#release = release;
    this.#onsetBlocks = onsetBlocks;
    this.#hangoverBlocks = hangoverBlocks;
  }

  /** The next block's probability, 0..1; true if the block is voiced. */
  push(probability: number): boolean {
    if (this.#state.state === 'closed') {
      const run = probability >= this.#onset ? this.#state.run + 1 : 0;
      const opens = run >= this.#onsetBlocks;
      this.#state = opens ? { state: 'open', left: this.#hangoverBlocks } : { state: 'closed', run };
      return opens;
    }
    if (probability >= this.#release) {
      this.#state = { state: 'open', left: this.#hangoverBlocks };
      return true;
    }
    const left = this.#state.left - 1;
    this.#state = left < 0 ? { state: 'closed', run: 0 } : { state: 'open', left };
    return left >= 0;
  }

  reset(): void {
    this.#state = { state: 'closed', run: 0 };
  }
}
