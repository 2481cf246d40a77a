/** When listening honestly gives no face. Pure. */
import { type FaceCode, faceCodeDistance } from '@timbre/models';
import type { ListeningRules } from './listening-rules.ts';

export type Abstention = 'no-speech' | 'too-noisy' | 'two-voices';

/** Silence, noise, music: `audioMs` of audio came since listening began (or since the last voice), too little voiced. */
export function isWithoutSpeech(audioMs: number, voicedMs: number, rules: ListeningRules): boolean {
  return voicedMs < rules.minimumMs && audioMs >= rules.noSpeechAfterMs;
}

/** The whole window is full of voice and the encoder is still unsure: more of the same won't help. */
export function isTooNoisy(voicedMs: number, confidence: number, rules: ListeningRules): boolean {
  return voicedMs >= rules.windowMs && confidence < rules.settledConfidence;
}

/** The codes of the first and the last part of one window, of equal length. */
export interface WindowHalves {
  readonly first: FaceCode;
  readonly second: FaceCode;
  readonly halfMs: number;
}

/**
 * True if the halves of one window differ by more than one speaker's do. Short halves are unsure themselves, so they
 * must differ more; halves shorter than the first limit can't tell.
 */
export function areTwoVoices(
  { first, second, halfMs }: WindowHalves,
  readPresentation: (code: FaceCode) => number,
  rules: ListeningRules,
): boolean {
  const limit = rules.twoVoices.findLast((row) => row.halfMs <= halfMs);
  if (!limit) return false;
  const apart = Math.abs(readPresentation(first) - readPresentation(second));
  return apart > limit.presentation || faceCodeDistance(first, second) > limit.distance;
}
