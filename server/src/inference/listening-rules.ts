/** Every number that decides when a voice has been heard enough. Durations are of voiced audio unless said otherwise. */
import type { VoiceEncoderContract } from '@timbre/models';

export interface ListeningRules {
  /** First reading. Milliseconds. */
  readonly minimumMs: number;
  /** A face may settle. Milliseconds. */
  readonly settledMs: number;
  /** The longest window; nothing is learnt after it. Milliseconds. */
  readonly windowMs: number;
  /** New voiced audio that a new reading needs. Milliseconds. */
  readonly stepMs: number;
  /** Least time between two messages of the same kind about a tap, wall clock. Default 500 ms. */
  readonly messageIntervalMs: number;
  /** A face settles only at this confidence or more, 0..1. */
  readonly settledConfidence: number;
  /** The code stands still when a reading moves it by less (faceCodeDistance). */
  readonly stableShift: number;
  /** The earliest convergence. Milliseconds. */
  readonly convergedMs: number;
  /** Audio (silence included) without `minimumMs` of voice that is honestly called no speech. Milliseconds. */
  readonly noSpeechAfterMs: number;
  /** Distance between codes of two halves of a window that one speaker does not reach, by the length of a half. */
  readonly twoVoicesDistance: readonly { readonly halfMs: number; readonly distance: number }[];
}

/** Measured for the shipped weights on the `validate` speakers (see test/bench/listening-rules.bench.ts). */
const MEASURED = {
  settledConfidence: 0.25,
  stableShift: 0.1,
  convergedMs: 4_500,
  noSpeechAfterMs: 20_000,
  twoVoicesDistance: [
    { halfMs: 1_500, distance: 2.15 },
    { halfMs: 2_000, distance: 2.1 },
    { halfMs: 2_500, distance: 2.05 },
    { halfMs: 3_000, distance: 1.9 },
  ],
} as const;

/** The rules that a model contract asks for, with overrides. */
export function listeningRules(
  { minimumMs, settledMs, windowMs, stepMs }: VoiceEncoderContract,
  overrides: Partial<ListeningRules> = {},
): ListeningRules {
  return { minimumMs, settledMs, windowMs, stepMs, messageIntervalMs: 500, ...MEASURED, ...overrides };
}
