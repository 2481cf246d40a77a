import { readFile } from 'node:fs/promises';
import { type DecodedAudio, decodeAudio } from './audio-decoders.ts';
import { detectAudioFormat } from './audio-format.ts';
import { CommandError } from './errors.ts';
import { resampleToMono } from './resample.ts';

/** Rates that sound files have; a broken header must not make us allocate gigabytes. */
const SAMPLE_RATES = { least: 4000, most: 384_000 };

export interface AudioFile {
  /** Mono, -1..1, of the rate asked for. */
  readonly pcm: Float32Array;
  /** Length of the file. */
  readonly seconds: number;
}

/** Reads a sound file. Throws CommandError: `missing`, `directory`, `unreadable`, `empty`, `unknown-format`, `undecodable`. */
export async function readAudioFile(file: string, sampleRate: number): Promise<AudioFile> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw CommandError.fromFileSystem(error);
  });
  return decodeAudioFile(bytes, sampleRate);
}

/** The same for bytes already read. */
export async function decodeAudioFile(bytes: Uint8Array, sampleRate: number): Promise<AudioFile> {
  if (bytes.byteLength === 0) throw CommandError.empty();
  const format = detectAudioFormat(bytes);
  if (!format) throw CommandError.unknownFormat();
  let decoded: DecodedAudio;
  try {
    decoded = await decodeAudio(format, bytes);
  } catch (error) {
    throw CommandError.undecodable(format, error);
  }
  const samples = decoded.channels[0]?.length ?? 0;
  if (samples === 0) throw CommandError.undecodable(format, new Error('it holds no sound'));
  if (!(decoded.sampleRate >= SAMPLE_RATES.least && decoded.sampleRate <= SAMPLE_RATES.most)) {
    throw CommandError.undecodable(format, new Error(`sample rate ${decoded.sampleRate}`));
  }
  return { pcm: await resampleToMono(decoded, sampleRate), seconds: samples / decoded.sampleRate };
}
