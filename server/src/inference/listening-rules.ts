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
 * of two voices: what 99.5 % of the windows of one speaker stay under; 60 % of the pairs of a man and a woman exceed them,
 * few other pairs do. A face settles on clean speech (confidence at 3 s: .33 at the 5th percentile) and with noise at
 * 10 dB (.27), mostly not at 0 dB (.19 at the median).
 */
const MEASURED = {
  settledConfidence: 0.25,
  stableShift: 0.1,
  convergedMs: 4_500,
  noSpeechAfterMs: 20_000,
  twoVoices: [
    { halfMs: 1_500, distance: 2.15, presentation: 1.45 },
    { halfMs: 2_000, distance: 2.1, presentation: 1.3 },
    { halfMs: 2_500, distance: 2.05, presentation: 1.15 },
    { halfMs: 3_000, distance: 1.9, presentation: 1 },
  ],
} as const;

/** The rules that a model contract asks for, with overrides. */
export function listeningRules(
  { minimumMs, settledMs, windowMs, stepMs }: VoiceEncoderContract,
  overrides: Partial<ListeningRules> = {},
): ListeningRules {
  return { minimumMs, settledMs, windowMs, stepMs, messageIntervalMs: 500, ...MEASURED, ...overrides };
}
