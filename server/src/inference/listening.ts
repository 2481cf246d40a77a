/**
 * Readings of one tap -> what the call is told. Joins no stages: it gets readings and durations, and answers with at
 * most one outcome.
 *
 *     listening --reading--> listening (provisional) --settled--> settled --converged--> finished
 *         |  ^                                                       |
 *         \--/ abstained (goes on; the next face must be surer)      \--two voices--> finished (keeps the first face)
 */
import type { FaceCode, VoiceReading } from '@timbre/models';
import { type Abstention, areTwoVoices, isTooNoisy, isWithoutSpeech, type WindowHalves } from './abstention.ts';
import { CodeSmoother, type SmoothedReading } from './code-smoother.ts';
import { listeningProgress, type Maturity, maturity } from './convergence.ts';
import type { ListeningRules } from './listening-rules.ts';

export interface FaceReading {
  readonly kind: 'reading';
  readonly code: FaceCode;
  readonly confidence: number;
  readonly progress: number;
  readonly settled: boolean;
  readonly converged: boolean;
  readonly voicedMs: number;
}

export type ListeningOutcome = FaceReading | { readonly kind: 'abstained'; readonly reason: Abstention };

/** The readings of one window: of all of it and, if it is long enough to tell two voices, of its two halves. */
export interface WindowReadings {
  readonly whole: VoiceReading;
  readonly halves?: WindowHalves;
}

type ListeningState =
  /** `least`: the maturity from which a reading is told; rises after an abstention, lest the face flicker. */
  | { readonly kind: 'listening'; readonly least: Maturity; readonly abstained: Abstention | undefined }
  | { readonly kind: 'settled'; readonly kept: SmoothedReading }
  | { readonly kind: 'finished' };

const RANK: Readonly<Record<Maturity, number>> = { provisional: 0, settled: 1, converged: 2 };

export class Listening {
  readonly #rules: ListeningRules;
  readonly #readPresentation: (code: FaceCode) => number;
  readonly #smoother = new CodeSmoother();
  #state: ListeningState = { kind: 'listening', least: 'provisional', abstained: undefined };

  /** `readPresentation`: the probe of the face code's presentation (Probes of @timbre/models). */
  constructor(rules: ListeningRules, readPresentation: (code: FaceCode) => number) {
    this.#rules = rules;
    this.#readPresentation = readPresentation;
  }

  get finished(): boolean {
    return this.#state.kind === 'finished';
  }

  /** The last abstention, while no face came after it. */
  get abstained(): Abstention | undefined {
    return this.#state.kind === 'listening' ? this.#state.abstained : undefined;
  }

  /** Takes readings of a window; `voicedMs` is all voiced audio heard so far. The caller zeroes the readings. */
  read({ whole, halves }: WindowReadings, voicedMs: number): ListeningOutcome | undefined {
    const state = this.#state;
    if (state.kind === 'finished') return undefined;
    if (halves && areTwoVoices(halves, this.#readPresentation, this.#rules)) {
      if (state.kind === 'settled') return this.#finish(state.kept, voicedMs);
      return this.#abstain('two-voices', 'converged');
    }
    const smoothed = this.#smoother.push(whole, Math.min(voicedMs, this.#rules.windowMs));
    try {
      return this.#judge(state, smoothed, voicedMs);
    } finally {
      smoothed.code.fill(0);
    }
  }

  /** Told of passing audio, silence included; abstains once when there is no speech in it. */
  listen(audioMs: number, voicedMs: number): ListeningOutcome | undefined {
    const state = this.#state;
    if (state.kind !== 'listening' || state.abstained !== undefined) return undefined;
    if (!isWithoutSpeech(audioMs, voicedMs, this.#rules)) return undefined;
    this.#state = { ...state, abstained: 'no-speech' };
    return { kind: 'abstained', reason: 'no-speech' };
  }

  /** Zeroes every code. Final. */
  close(): void {
    if (this.#state.kind === 'settled') this.#state.kept.code.fill(0);
    this.#state = { kind: 'finished' };
    this.#smoother.clear();
  }

  #judge(
    state: Exclude<ListeningState, { kind: 'finished' }>,
    smoothed: SmoothedReading,
    voicedMs: number,
  ): ListeningOutcome | undefined {
    const { confidence, shift } = smoothed;
    const reached = maturity({ voicedMs, confidence, shift }, this.#rules);
    if (state.kind === 'settled') {
      // More voice lowered the confidence again: the face that was shown stays, and listening ends.
      const unsure = reached === 'provisional';
      if (unsure || reached === 'converged') return this.#finish(unsure ? state.kept : smoothed, voicedMs);
      return this.#settle(smoothed, voicedMs);
    }
    if (isTooNoisy(voicedMs, confidence, this.#rules)) {
      return this.#abstain('too-noisy', state.least === 'converged' ? 'converged' : 'settled');
    }
    if (RANK[reached] < RANK[state.least]) return undefined;
    if (reached === 'converged') return this.#finish(smoothed, voicedMs);
    if (reached === 'settled') return this.#settle(smoothed, voicedMs);
    return this.#reading(smoothed, voicedMs, { settled: false, converged: false });
  }

  #abstain(reason: Abstention, least: Maturity): ListeningOutcome | undefined {
    const again = this.abstained === reason;
    this.#smoother.clear();
    this.#state = { kind: 'listening', least, abstained: reason };
    return again ? undefined : { kind: 'abstained', reason };
  }

  #settle(smoothed: SmoothedReading, voicedMs: number): FaceReading {
    if (this.#state.kind === 'settled') this.#state.kept.code.fill(0);
    this.#state = { kind: 'settled', kept: { ...smoothed, code: smoothed.code.slice() } };
    return this.#reading(smoothed, voicedMs, { settled: true, converged: false });
  }

  #finish(smoothed: SmoothedReading, voicedMs: number): FaceReading {
    const reading = this.#reading(smoothed, voicedMs, { settled: true, converged: true });
    this.close();
    return reading;
  }

  #reading(
    { code, confidence }: SmoothedReading,
    voicedMs: number,
    reached: { readonly settled: boolean; readonly converged: boolean },
  ): FaceReading {
    const progress = listeningProgress(voicedMs, this.#rules);
    return { kind: 'reading', code: code.slice(), confidence, progress, voicedMs, ...reached };
  }
}
