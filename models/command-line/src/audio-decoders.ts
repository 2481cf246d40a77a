/** Sound files to PCM, compressed ones by a library each. */
import { FLACDecoder } from '@wasm-audio-decoders/flac';
import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis';
import { MPEGDecoder } from 'mpg123-decoder';
import { OggOpusDecoder } from 'ogg-opus-decoder';
import type { AudioFormat } from './audio-format.ts';
import { wholeOggPages } from './ogg-pages.ts';
import { decodeWav } from './wav-decoder.ts';

export interface DecodedAudio {
  /** -1..1, one array per channel, all of one length. */
  readonly channels: readonly Float32Array[];
  /** Hz. */
  readonly sampleRate: number;
}

/** Decodes a whole file. Throws whatever the library throws if the bytes are broken. */
export function decodeAudio(format: AudioFormat, bytes: Uint8Array): Promise<DecodedAudio> {
  return decoders[format](bytes);
}

const decoders: Readonly<Record<AudioFormat, (bytes: Uint8Array) => Promise<DecodedAudio>>> = {
  WAV: async (bytes) => decodeWav(bytes),
  MP3: async (bytes) => {
    const decoder = new MPEGDecoder();
    await decoder.ready;
    try {
      return decodedAudio(decoder.decode(bytes));
    } finally {
      decoder.free();
    }
  },
  // Opus decodes to 16 kHz by itself (RFC 6716, section 2), which saves resampling. The option is documented, not typed.
  Opus: (bytes) => decodeWhole(new OggOpusDecoder({ sampleRate: 16_000 } as object), wholeOggPages(bytes)),
  'Ogg Vorbis': (bytes) => decodeWhole(new OggVorbisDecoder(), wholeOggPages(bytes)),
  FLAC: (bytes) => decodeWhole(new FLACDecoder(), bytes),
};

interface FileDecoder {
  readonly ready: Promise<unknown>;
  decodeFile(bytes: Uint8Array): Promise<LibraryResult>;
  free(): void;
}

interface LibraryResult {
  readonly channelData: readonly Float32Array[];
  readonly sampleRate: number;
}

async function decodeWhole(decoder: FileDecoder, bytes: Uint8Array): Promise<DecodedAudio> {
  await decoder.ready;
  try {
    return decodedAudio(await decoder.decodeFile(bytes));
  } finally {
    decoder.free();
  }
}

function decodedAudio({ channelData, sampleRate }: LibraryResult): DecodedAudio {
  return { channels: channelData, sampleRate };
}
