/** Speech without recordings: espeak-ng (installed by the set-up) says something in a synthetic voice. */
import { execFileSync } from 'node:child_process';

export interface EspeakVoice {
  /** espeak-ng voice and variant, e.g. `en+m3`, `en+f2`. */
  readonly voice: string;
  /** 0..99. Default 50. */
  readonly pitch?: number;
}

const TEXT =
  'The north wind and the sun were disputing which was the stronger, when a traveller came along wrapped in a warm ' +
  'cloak. They agreed that the one who first succeeded in making the traveller take his cloak off should be considered ' +
  'stronger than the other. Then the north wind blew as hard as he could, but the more he blew the more closely did ' +
  'the traveller fold his cloak around him, and at last the north wind gave up the attempt.';

/** `seconds` of speech, 16 kHz mono, -1..1. Throws if espeak-ng isn't installed or says less. */
export function espeak({ voice, pitch = 50 }: EspeakVoice, seconds: number): Float32Array {
  const wav = execFileSync('espeak-ng', ['-v', voice, '-p', String(pitch), '--stdout', TEXT], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const rate = wav.readUInt32LE(24);
  const data = wav.indexOf('data') + 8;
  const signed = new Int16Array(
    wav.buffer.slice(wav.byteOffset + data, wav.byteOffset + wav.length - (wav.length % 2)),
  );
  const speech = resample(signed, rate, 16_000);
  if (speech.length < seconds * 16_000) throw new Error(`espeak-ng said only ${speech.length / 16_000} s`);
  return speech.subarray(0, seconds * 16_000);
}

/** Linear interpolation: good enough for speech that is band-limited already. */
function resample(signed: Int16Array, from: number, to: number): Float32Array {
  const resampled = new Float32Array(Math.floor((signed.length * to) / from));
  for (let index = 0; index < resampled.length; index += 1) {
    const at = (index * from) / to;
    const before = signed[Math.floor(at)] ?? 0;
    const after = signed[Math.floor(at) + 1] ?? before;
    resampled[index] = (before + (after - before) * (at % 1)) / 32_768;
  }
  return resampled;
}
