import type { ModelContract, VoiceEncoderContract } from './contract.ts';
import { ModelError } from './errors.ts';
import { averageFaceCode, type FaceCode } from './face-code.ts';
import { type CreateTensor, checkTensors, floatOutput, type ModelSession } from './model-session.ts';

export interface VoiceReading {
  readonly code: FaceCode;
  /** 0..1: how far the voice decided the face. */
  readonly confidence: number;
}

export interface VoiceEncoderOptions {
  readonly contract: ModelContract;
  /** The loaded voice-encoder.onnx. Given, not created: the encoder doesn't release it. */
  readonly session: ModelSession;
  readonly createTensor: CreateTensor;
}

/** 16 kHz PCM of voiced speech to face codes. The spectrogram is inside the graph. */
export class VoiceEncoder {
  readonly #contract: VoiceEncoderContract;
  readonly #session: ModelSession;
  readonly #createTensor: CreateTensor;

  private constructor({ contract, session, createTensor }: VoiceEncoderOptions) {
    this.#contract = contract.voiceEncoder;
    this.#session = session;
    this.#createTensor = createTensor;
  }

  /** Throws ModelError `wrong-tensors` if the session isn't the contract's voice encoder. */
  static create(options: VoiceEncoderOptions): VoiceEncoder {
    const { input, outputs, codeLength } = options.contract.voiceEncoder;
    checkTensors(options.session, { [input]: [undefined, undefined] }, { [outputs.code]: [undefined, codeLength] });
    if (!options.session.outputNames.includes(outputs.confidence)) {
      throw ModelError.wrongTensors(`no output '${outputs.confidence}'`);
    }
    return new VoiceEncoder(options);
  }

  /** Samples that a window must have at least. */
  get minimumSamples(): number {
    return (this.#contract.minimumMs * this.#contract.sampleRate) / 1000;
  }

  /** Samples that a window may have at most. */
  get maximumSamples(): number {
    return (this.#contract.windowMs * this.#contract.sampleRate) / 1000;
  }

  /**
   * One reading per window, in the order given. Windows are voiced PCM, -1..1, `minimumSamples` to `maximumSamples` long;
   * those of equal length go through the network together. Throws ModelError `bad-input`.
   */
  async encode(windows: readonly Float32Array[]): Promise<VoiceReading[]> {
    const readings = new Array<VoiceReading>(windows.length);
    for (const [length, places] of this.#placesByLength(windows)) {
      const pcm = new Float32Array(places.length * length);
      for (const [row, place] of places.entries()) pcm.set(windows[place]!, row * length);
      try {
        const batch = await this.#encodeBatch(pcm, places.length, length);
        for (const [row, place] of places.entries()) readings[place] = batch[row]!;
      } finally {
        pcm.fill(0); // no copy of anybody's voice stays behind
      }
    }
    return readings;
  }

  #placesByLength(windows: readonly Float32Array[]): Map<number, number[]> {
    const places = new Map<number, number[]>();
    for (const [place, { length }] of windows.entries()) {
      if (length < this.minimumSamples || length > this.maximumSamples) {
        throw ModelError.badInput(
          `a window must have ${this.minimumSamples} to ${this.maximumSamples} samples, this one has ${length}`,
        );
      }
      const same = places.get(length);
      if (same) same.push(place);
      else places.set(length, [place]);
    }
    return places;
  }

  async #encodeBatch(pcm: Float32Array, rows: number, length: number): Promise<VoiceReading[]> {
    const { input, outputs, codeLength } = this.#contract;
    const result = await this.#session.run({ [input]: this.#createTensor('float32', pcm, [rows, length]) });
    const codes = floatOutput(result, outputs.code, rows * codeLength);
    const confidences = floatOutput(result, outputs.confidence, rows);
    return Array.from({ length: rows }, (_, row) => {
      const code = codes.slice(row * codeLength, (row + 1) * codeLength);
      // Half-precision back ends overflow now and then: a code that is no code deserves no confidence.
      if (!code.every(Number.isFinite)) return { code: averageFaceCode(), confidence: 0 };
      return { code, confidence: Math.min(1, Math.max(0, confidences[row]! || 0)) };
    });
  }
}
