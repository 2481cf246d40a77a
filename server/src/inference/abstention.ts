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

/**
 * True if the codes of the first and the second half of one window lie further apart than one speaker's do. Short
 * halves are unsure themselves, so they need more distance; halves shorter than the first row can't tell.
 */
export function areTwoVoices(first: FaceCode, second: FaceCode, halfMs: number, rules: ListeningRules): boolean {
  const row = rules.twoVoicesDistance.findLast((limit) => limit.halfMs <= halfMs);
  return row !== undefined && faceCodeDistance(first, second) > row.distance;
}
