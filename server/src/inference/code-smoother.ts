/**
 * Codes of growing windows -> one steady code: the mean of the readings so far, each weighted by its confidence and by
 * how much voice it was drawn from. A face that forms in view must not jump.
 */
import { FACE_CODE_LENGTH, type FaceCode, faceCodeDistance, type VoiceReading } from '@timbre/models';

export interface SmoothedReading {
  /** Own copy: the caller may keep or zero it. */
  readonly code: FaceCode;
  /** The weighted mean confidence, 0..1. */
  readonly confidence: number;
  /** Distance from the previous smoothed code (faceCodeDistance); Infinity for the first. */
  readonly shift: number;
}

/** A reading without any confidence still counts a little, so that the weights never sum to zero. */
const LEAST_WEIGHT = 1e-3;

export class CodeSmoother {
  readonly #sum = new Float64Array(FACE_CODE_LENGTH);
  #weight = 0;
  #confidence = 0;
  #previous: FaceCode | undefined;

  /** `voicedMs` is the length of the window that the reading was drawn from. */
  push(reading: VoiceReading, voicedMs: number): SmoothedReading {
    // The variance of a code falls about with the length of its window, so length is its weight.
    const weight = Math.max(reading.confidence, LEAST_WEIGHT) * voicedMs;
    for (let index = 0; index < FACE_CODE_LENGTH; index += 1) {
      this.#sum[index] = this.#sum[index]! + weight * reading.code[index]!;
    }
    this.#weight += weight;
    this.#confidence += weight * reading.confidence;
    const code = Float32Array.from(this.#sum, (sum) => sum / this.#weight);
    const shift = this.#previous ? faceCodeDistance(this.#previous, code) : Number.POSITIVE_INFINITY;
    this.#previous?.fill(0);
    this.#previous = code.slice();
    return { code, confidence: this.#confidence / this.#weight, shift };
  }

  /** Zeroes everything. The next reading is a first one. */
  clear(): void {
    this.#sum.fill(0);
    this.#previous?.fill(0);
    this.#previous = undefined;
    this.#weight = 0;
    this.#confidence = 0;
  }
}
