import type { ModelContract } from './contract.ts';

/** The newest voiced PCM of one speaker, at most one window long; silence never enters. Overwrites the oldest samples. */
export class SpeechWindow {
  readonly #ring: Float32Array;
  readonly #samplesPerMs: number;
  readonly #stepSamples: number;
  #held = 0;
  #end = 0;

  constructor({ voiceEncoder }: ModelContract) {
    this.#samplesPerMs = voiceEncoder.sampleRate / 1000;
    this.#ring = new Float32Array(voiceEncoder.windowMs * this.#samplesPerMs);
    this.#stepSamples = voiceEncoder.stepMs * this.#samplesPerMs;
  }

  /** Milliseconds of voiced audio held: at most the contract's windowMs. */
  get voicedMs(): number {
    return this.#held / this.#samplesPerMs;
  }

  push(pcm: Float32Array): void {
    const newest = pcm.subarray(Math.max(0, pcm.length - this.#ring.length));
    const untilWrap = this.#ring.length - this.#end;
    this.#ring.set(newest.subarray(0, untilWrap), this.#end);
    this.#ring.set(newest.subarray(untilWrap), 0);
    this.#end = (this.#end + newest.length) % this.#ring.length;
    this.#held = Math.min(this.#ring.length, this.#held + newest.length);
  }

  /**
   * A copy of the newest samples, oldest first. Its length is a whole number of the contract's steps (0 if less than one
   * is held), so that the windows of several speakers can be encoded as one batch.
   */
  take(): Float32Array {
    const length = this.#held - (this.#held % this.#stepSamples);
    const window = new Float32Array(length);
    const start = (this.#end - length + this.#ring.length) % this.#ring.length;
    const untilWrap = Math.min(length, this.#ring.length - start);
    window.set(this.#ring.subarray(start, start + untilWrap));
    window.set(this.#ring.subarray(0, length - untilWrap), untilWrap);
    return window;
  }

  /** Empties the window and overwrites its memory with zeros. */
  clear(): void {
    this.#ring.fill(0);
    this.#held = 0;
    this.#end = 0;
  }
}
