/** How far a face has come, decided from what was heard. Pure. */
import type { ListeningRules } from './listening-rules.ts';

export interface Heard {
  /** Voiced audio since listening began, milliseconds. */
  readonly voicedMs: number;
  /** Of the smoothed reading, 0..1. */
  readonly confidence: number;
  /** How far the latest reading moved the smoothed code (faceCodeDistance). */
  readonly shift: number;
}

/**
 * `provisional`: may change much. `settled`: a face to show, refined while listening goes on. `converged`: nothing more
 * to learn, listening ends.
 */
export type Maturity = 'provisional' | 'settled' | 'converged';

export function maturity({ voicedMs, confidence, shift }: Heard, rules: ListeningRules): Maturity {
  if (voicedMs < rules.settledMs || confidence < rules.settledConfidence) return 'provisional';
  const stable = voicedMs >= rules.convergedMs && shift <= rules.stableShift;
  return stable || voicedMs >= rules.windowMs ? 'converged' : 'settled';
}

/** Voiced audio heard over what a face needs, 0..1. */
export function listeningProgress(voicedMs: number, rules: ListeningRules): number {
  return Math.min(1, voicedMs / rules.settledMs);
}
