/** A speech file for Chromium's fake microphone: 12 s of one speaker, then 6 s of silence. Chromium plays it in a loop. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readAudioFile } from 'timbre';

const SAMPLE_RATE = 48_000;
export const SPEECH_SECONDS = 12;
export const SILENCE_SECONDS = 6;

const HERE = fileURLToPath(new URL('.', import.meta.url));
const RECORDINGS = join(HERE, '../../../shared/speech');

const SENTENCES =
  'Good morning, everybody. I am very glad that we could all find the time to meet today. Before we begin, let me tell ' +
  'you what happened on my way here: the train was late, the sun was shining, and the whole platform began to sing.';

/** Writes the file and returns its path. Real recordings of one speaker where they are at hand, else espeak-ng. */
export async function writeSpeechFile(file: string): Promise<string> {
  mkdirSync(dirname(file), { recursive: true });
  const recordings = recordingsOfOneSpeaker();
  const clips: Float32Array[] = [];
  for (const clip of recordings ?? [synthesise(`${file}.espeak.wav`)]) {
    clips.push((await readAudioFile(clip, SAMPLE_RATE)).pcm);
  }
  const samples = new Float32Array((SPEECH_SECONDS + SILENCE_SECONDS) * SAMPLE_RATE);
  let at = 0;
  for (const clip of clips) {
    const room = SPEECH_SECONDS * SAMPLE_RATE - at;
    samples.set(clip.subarray(0, room), at);
    at += Math.min(room, clip.length);
  }
  writeFileSync(file, wavOf(samples));
  return file;
}

/** Two clips of the first `validate` speaker who has enough of them. */
function recordingsOfOneSpeaker(): readonly string[] | undefined {
  const list = join(RECORDINGS, 'speakers.csv');
  if (!existsSync(list)) return undefined;
  const rows = readFileSync(list, 'utf8')
    .split('\n')
    .map((line) => line.split(','))
    .filter(([split]) => split === 'validate');
  for (const speaker of new Set(rows.map((row) => row[2]))) {
    const clips = rows.filter((row) => row[2] === speaker).slice(0, 2);
    const seconds = clips.reduce((sum, row) => sum + Number(row[4]), 0);
    if (clips.length === 2 && seconds >= SPEECH_SECONDS) return clips.map((row) => join(RECORDINGS, row[3]!));
  }
  return undefined;
}

function synthesise(file: string): string {
  execFileSync('espeak-ng', ['-v', 'en-us', '-s', '150', '-w', file, SENTENCES]);
  return file;
}

/** A WAV file: 44 bytes of header (RIFF, 16-bit PCM, mono), then the samples. */
function wavOf(samples: Float32Array): Uint8Array {
  const pcm = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, index) => {
    pcm.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), index * 2);
  });
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + pcm.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // channels
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * 2, 28); // bytes per second
  header.writeUInt16LE(2, 32); // bytes per sample
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
}
