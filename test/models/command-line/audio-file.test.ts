import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeAudioFile, readAudioFile } from 'timbre';
import { afterAll, beforeAll, expect, test } from 'vitest';

const speech = (name: string) => fileURLToPath(new URL(`../../fixtures/speech/${name}`, import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'timbre-audio-'));
});
afterAll(async () => rm(folder, { recursive: true }));

/** A WAV file of 16 bits: a sine of 440 Hz on the left and silence on the right. */
function sineWav(sampleRate: number, seconds: number): Buffer {
  const frames = sampleRate * seconds;
  const wav = Buffer.alloc(44 + 4 * frames);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(2, 22);
  wav.writeUInt32LE(sampleRate, 24);
  wav.writeUInt32LE(4 * sampleRate, 28);
  wav.writeUInt16LE(4, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(4 * frames, 40);
  for (let frame = 0; frame < frames; frame += 1) {
    wav.writeInt16LE(Math.round(16_000 * Math.sin((2 * Math.PI * 440 * frame) / sampleRate)), 44 + 4 * frame);
  }
  return wav;
}

/** Power of a frequency by one Fourier sum, 0..1 of a full sine. */
function amplitudeAt(pcm: Float32Array, sampleRate: number, frequency: number): number {
  let [real, imaginary] = [0, 0];
  for (const [at, sample] of pcm.entries()) {
    real += sample * Math.cos((2 * Math.PI * frequency * at) / sampleRate);
    imaginary += sample * Math.sin((2 * Math.PI * frequency * at) / sampleRate);
  }
  return (2 * Math.hypot(real, imaginary)) / pcm.length;
}

test.each([8000, 16_000, 22_050, 44_100, 48_000])('stereo WAV of %i Hz becomes mono of 16 kHz', async (sampleRate) => {
  const { pcm, seconds } = await decodeAudioFile(sineWav(sampleRate, 2), 16_000);
  expect(seconds).toBe(2);
  expect(Math.abs(pcm.length - 32_000)).toBeLessThan(400);
  // Half of the left channel's 0.488.
  expect(amplitudeAt(pcm.subarray(1000, 31_000), 16_000, 440)).toBeCloseTo(0.244, 2);
  expect(amplitudeAt(pcm.subarray(1000, 31_000), 16_000, 1000)).toBeLessThan(0.002);
});

test.each(['speech.mp3', 'speech.opus', 'speech.flac', 'speech.ogg', 'speech-mulaw.wav'])(
  '%s is decoded to the same sentences',
  async (name) => {
    const { pcm, seconds } = await readAudioFile(speech(name), 16_000);
    expect(seconds).toBeGreaterThan(6);
    expect(seconds).toBeLessThan(7.5);
    expect(pcm.length / 16_000).toBeCloseTo(seconds, 1);
    const loudness = Math.sqrt(pcm.reduce((sum, sample) => sum + sample * sample, 0) / pcm.length);
    expect(loudness).toBeGreaterThan(0.03);
    expect(pcm.every((sample) => Math.abs(sample) <= 1.2)).toBe(true);
  },
);

test('the first bytes decide, not the name', async () => {
  const file = join(folder, 'really-opus.wav');
  await writeFile(file, await readFile(speech('speech.opus')));
  expect((await readAudioFile(file, 16_000)).seconds).toBeGreaterThan(6);
});

test('a file cut short is read as far as it goes', async () => {
  for (const name of ['speech.mp3', 'speech.opus', 'speech.ogg', 'speech.flac', 'speech-mulaw.wav']) {
    const bytes = await readFile(speech(name));
    const { pcm } = await decodeAudioFile(bytes.subarray(0, bytes.length >> 1), 16_000);
    expect(pcm.length / 16_000).toBeGreaterThan(2);
    expect(pcm.length / 16_000).toBeLessThan(5);
  }
});

test.each([
  ['missing', 'no-such-file.wav', undefined],
  ['directory', '.', undefined],
  ['empty', 'empty.wav', ''],
  ['unknown-format', 'text.wav', 'These are words, not sounds.\n'],
  ['unknown-format', 'picture.wav', '\u0089PNG\r\n'],
  ['undecodable', 'header.wav', 'RIFF\u0024\0\0\0WAVEfmt '],
  ['undecodable', 'header.flac', 'fLaC\0\0\0\u0022'],
  ['undecodable', 'header.mp3', 'ID3\u0004\0\0\0\0\0\0'],
])('refused as %s: %s', async (reason, name, content) => {
  const file = join(folder, name);
  if (content !== undefined) await writeFile(file, content, 'latin1');
  await expect(readAudioFile(file, 16_000)).rejects.toMatchObject({ name: 'CommandError', reason });
});
