/** Every number that decides when a voice has been heard enough. Durations are of voiced audio unless said otherwise. */
import type { VoiceEncoderContract } from '@timbre/models';

export interface TwoVoicesLimit {
  /** Milliseconds from which these limits hold. */
  readonly halfMs: number;
  /** faceCodeDistance of the halves. */
  readonly distance: number;
  /** Difference of the halves' presentation (Probes), by far what two voices of a man and a woman differ most in. */
  readonly presentation: number;
}

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
  /** What the codes of two halves of a window differ by only if two people speak, by the length of a half. */
  readonly twoVoices: readonly TwoVoicesLimit[];
}

/**
 * Measured on 63 `validate` speakers with `npm run bench listening-rules`; to be measured again with new weights. Limits
 * of two voices: just above what 99.5 % of the windows of one speaker stay under; distance alone then finds 39, 45, 73 and
 * 88 % of the pairs of two speakers, by the length of the halves. A face settles on clean speech (confidence at 3 s: .50
 * at the 5th percentile) and with noise at 10 dB (.46), often not at 0 dB (.33; .45 at the median); the smoothed
 * confidence, with its shorter windows, is lower than these.
 */
const MEASURED = {
  settledConfidence: 0.35,
  stableShift: 0.1,
  convergedMs: 4_500,
  noSpeechAfterMs: 20_000,
  twoVoices: [
    { halfMs: 1_500, distance: 1.64, presentation: 1.5 },
    { halfMs: 2_000, distance: 1.6, presentation: 0.85 },
    { halfMs: 2_500, distance: 1.5, presentation: 0.85 },
    { halfMs: 3_000, distance: 1.38, presentation: 0.85 },
  ],
} as const;

/** The rules that a model contract asks for, with overrides. */
export function listeningRules(
  { minimumMs, settledMs, windowMs, stepMs }: VoiceEncoderContract,
  overrides: Partial<ListeningRules> = {},
): ListeningRules {
  return { minimumMs, settledMs, windowMs, stepMs, messageIntervalMs: 500, ...MEASURED, ...overrides };
}
