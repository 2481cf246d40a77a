/** Sound files to PCM, each format by a library. */
import { FLACDecoder } from '@wasm-audio-decoders/flac';
import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis';
import { MPEGDecoder } from 'mpg123-decoder';
import { OggOpusDecoder } from 'ogg-opus-decoder';
import wavefile from 'wavefile';
import type { AudioFormat } from './audio-format.ts';

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
  WAV: async (bytes) => {
    const wav = new wavefile.WaveFile();
    wav.fromBuffer(bytes);
    // Conversions below rewrite the header.
    const { sampleRate } = wav.fmt as { sampleRate: number };
    if (wav.bitDepth === '8m') wav.fromMuLaw();
    if (wav.bitDepth === '8a') wav.fromALaw();
    if (wav.bitDepth === '4') wav.fromIMAADPCM();
    wav.toBitDepth('32f');
    const samples = wav.getSamples(false, Float32Array) as unknown as Float32Array | Float32Array[];
    return { channels: Array.isArray(samples) ? samples : [samples], sampleRate };
  },
  MP3: async (bytes) => {
    const decoder = new MPEGDecoder();
    await decoder.ready;
    try {
      return decodedAudio(decoder.decode(bytes));
    } finally {
      decoder.free();
    }
  },
  Opus: (bytes) => decodeOgg(new OggOpusDecoder(), bytes),
  'Ogg Vorbis': (bytes) => decodeOgg(new OggVorbisDecoder(), bytes),
  FLAC: (bytes) => decodeOgg(new FLACDecoder(), bytes),
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

async function decodeOgg(decoder: FileDecoder, bytes: Uint8Array): Promise<DecodedAudio> {
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
