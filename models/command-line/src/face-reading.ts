/** A whole file's speech to one face code. */
import type { FaceCode, ModelContract, SpeechBlock, VoiceActivity, VoiceEncoder, VoiceReading } from '@timbre/models';
import { joinPcm } from './resample.ts';

/** Windows of a long file that are encoded, spread evenly over its speech. */
const MOST_WINDOWS = 8;
/** Audio per call of the voice activity network. */
const LISTEN_SAMPLES = 16_000;

/** Only what is voiced, joined. */
export async function voicedPcm(pcm: Float32Array, activity: VoiceActivity): Promise<Float32Array> {
  const voiced: Float32Array[] = [];
  const keep = (blocks: readonly SpeechBlock[]) => {
    for (const block of blocks) if (block.voiced) voiced.push(block.pcm);
  };
  for (let first = 0; first < pcm.length; first += LISTEN_SAMPLES) {
    keep(await activity.push(pcm.subarray(first, first + LISTEN_SAMPLES)));
  }
  return joinPcm(voiced);
}

/**
 * Windows to encode: all of the speech if it fits into one, otherwise whole windows spread evenly. Lengths are multiples of
 * the contract's step; no window if there is less speech than the shortest one.
 */
export function chooseWindows(voiced: Float32Array, { voiceEncoder }: ModelContract): Float32Array[] {
  const samples = (ms: number) => (ms * voiceEncoder.sampleRate) / 1000;
  if (voiced.length < samples(voiceEncoder.minimumMs)) return [];
  const longest = samples(voiceEncoder.windowMs);
  if (voiced.length <= longest) {
    return [voiced.subarray(voiced.length % samples(voiceEncoder.stepMs))];
  }
  const count = Math.min(MOST_WINDOWS, Math.ceil(voiced.length / longest));
  const step = (voiced.length - longest) / (count - 1);
  return Array.from({ length: count }, (_, window) => {
    const first = Math.round(window * step);
    return voiced.subarray(first, first + longest);
  });
}

/** One reading of several: each code counts as much as its confidence. */
export function averageReadings(readings: readonly VoiceReading[]): VoiceReading {
  const weights = readings.map(({ confidence }) => Math.max(confidence, 1e-3));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const code: FaceCode = readings[0]!.code.map((_, index) =>
    readings.reduce((sum, reading, place) => sum + (weights[place]! / total) * reading.code[index]!, 0),
  );
  return { code, confidence: readings.reduce((sum, { confidence }) => sum + confidence, 0) / readings.length };
}

/** undefined if there isn't enough speech. */
export async function readVoice(
  voiced: Float32Array,
  contract: ModelContract,
  encoder: VoiceEncoder,
): Promise<VoiceReading | undefined> {
  const windows = chooseWindows(voiced, contract);
  return windows.length === 0 ? undefined : averageReadings(await encoder.encode(windows));
}
