import libsamplerate from '@alexanderolsen/libsamplerate-js';
import type { DecodedAudio } from './audio-decoders.ts';

/** Samples per call of the converter: bounds its memory for files of any length. */
const BLOCK_SAMPLES = 1 << 16;

/** All channels mixed to one. */
export function mixToMono(channels: readonly Float32Array[]): Float32Array {
  const [first] = channels;
  if (!first) return new Float32Array(0);
  if (channels.length === 1) return first;
  return first.map((_, sample) => channels.reduce((sum, channel) => sum + channel[sample]!, 0) / channels.length);
}

/** Mono PCM of another rate, by libsamplerate's fastest sinc converter (97 dB). */
export async function resampleToMono(audio: DecodedAudio, sampleRate: number): Promise<Float32Array> {
  const mono = mixToMono(audio.channels);
  if (audio.sampleRate === sampleRate || mono.length === 0) return mono;
  const converter = await libsamplerate.create(1, audio.sampleRate, sampleRate, {
    converterType: libsamplerate.ConverterType.SRC_SINC_FASTEST,
  });
  try {
    const parts: Float32Array[] = [];
    for (let first = 0; first < mono.length; first += BLOCK_SAMPLES) {
      // The converter hands out views of its own memory.
      parts.push(converter.full(mono.subarray(first, first + BLOCK_SAMPLES)).slice());
    }
    return joinPcm(parts);
  } finally {
    converter.destroy();
  }
}

export function joinPcm(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    joined.set(part, filled);
    filled += part.length;
  }
  return joined;
}
