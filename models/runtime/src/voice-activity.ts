/**
 * Silero VAD v5 (MIT; https://github.com/snakers4/silero-vad). The network looks at 512 samples of 16 kHz PCM together with
 * the last 64 of the block before, and carries a state of 2 x 128 numbers from block to block.
 */
import { type CreateTensor, checkTensors, floatOutput, type ModelSession } from './model-session.ts';
import { SpeechGate, type SpeechGateOptions } from './speech-gate.ts';

/** Samples of one block: 32 ms. */
export const SPEECH_BLOCK_SAMPLES = 512;
const CONTEXT_SAMPLES = 64;
const STATE_LENGTH = 2 * 128;
const SAMPLE_RATE = 16_000;

export interface SpeechBlock {
  /** 512 samples, a copy. */
  readonly pcm: Float32Array;
  /** The network's probability of speech, 0..1. */
  readonly probability: number;
  readonly voiced: boolean;
}

export interface VoiceActivityOptions {
  /** The loaded Silero network; one session serves any number of speakers. Not released here. */
  readonly session: ModelSession;
  readonly createTensor: CreateTensor;
  /** Default: see SpeechGateOptions. */
  readonly gate?: SpeechGateOptions;
}

/** Voice activity of one speaker. Calls of `push` are answered in their order. */
export class VoiceActivity {
  readonly #session: ModelSession;
  readonly #createTensor: CreateTensor;
  readonly #gate: SpeechGate;
  /** Context and block, as the network wants them. */
  readonly #frame = new Float32Array(CONTEXT_SAMPLES + SPEECH_BLOCK_SAMPLES);
  #filled = CONTEXT_SAMPLES;
  #state = new Float32Array(STATE_LENGTH);
  #last: Promise<unknown> = Promise.resolve();

  private constructor({ session, createTensor, gate }: VoiceActivityOptions) {
    this.#session = session;
    this.#createTensor = createTensor;
    this.#gate = new SpeechGate(gate);
  }

  /** Throws ModelError `wrong-tensors` if the session isn't Silero VAD v5. */
  static create(options: VoiceActivityOptions): VoiceActivity {
    checkTensors(
      options.session,
      { input: [undefined, undefined], state: [2, undefined, 128], sr: [] },
      {
        output: [undefined, 1],
        stateN: [undefined, undefined, undefined],
      },
    );
    return new VoiceActivity(options);
  }

  /** 16 kHz PCM of any length; returns the blocks that it completed. What is left over waits for the next call. */
  push(pcm: Float32Array): Promise<readonly SpeechBlock[]> {
    const result = this.#last.then(() => this.#listen(pcm));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Forgets everything heard, zeroing it. Call it between speakers or after a gap, when no `push` is under way. */
  reset(): void {
    this.#frame.fill(0);
    this.#state.fill(0);
    this.#filled = CONTEXT_SAMPLES;
    this.#gate.reset();
  }

  async #listen(pcm: Float32Array): Promise<SpeechBlock[]> {
    const blocks: SpeechBlock[] = [];
    for (let taken = 0; taken < pcm.length; ) {
      const part = pcm.subarray(taken, taken + this.#frame.length - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled < this.#frame.length) break;
      const probability = await this.#probability();
      blocks.push({
        pcm: this.#frame.slice(CONTEXT_SAMPLES),
        probability,
        voiced: this.#gate.push(probability),
      });
      this.#frame.copyWithin(0, SPEECH_BLOCK_SAMPLES);
      this.#filled = CONTEXT_SAMPLES;
    }
    return blocks;
  }

  async #probability(): Promise<number> {
    const outputs = await this.#session.run({
      input: this.#createTensor('float32', this.#frame, [1, this.#frame.length]),
      state: this.#createTensor('float32', this.#state, [2, 1, 128]),
      sr: this.#createTensor('int64', BigInt64Array.of(BigInt(SAMPLE_RATE)), []),
    });
    this.#state.set(floatOutput(outputs, 'stateN', STATE_LENGTH));
    return floatOutput(outputs, 'output', 1)[0]!;
  }
}
