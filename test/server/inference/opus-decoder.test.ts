import { Encoder } from '@evan/opus';
import { describe, expect, it } from 'vitest';
import { createAudioDecoder } from '../../../server/src/inference/audio-decoder.ts';

function sine(rate: number, samples: number, channels = 1, frequency = 440): Int16Array {
  return Int16Array.from({ length: samples * channels }, (_, index) => {
    return 12_000 * Math.sin((2 * Math.PI * frequency * Math.floor(index / channels)) / rate);
  });
}

function rms(pcm: Float32Array): number {
  return Math.sqrt(pcm.reduce((sum, sample) => sum + sample ** 2, 0) / pcm.length);
}

const SINE_RMS = 12_000 / 32_768 / Math.SQRT2;

describe('the Opus decoder', () => {
  it('decodes 48 kHz mono and stereo to 16 kHz mono of the same loudness', () => {
    for (const channels of [1, 2] as const) {
      const encoder = new Encoder({ channels, sample_rate: 48_000, application: 'audio' });
      encoder.bitrate = 64_000;
      const decoder = createAudioDecoder('opus');
      const wave = sine(48_000, 48_000, channels);
      let pcm: Float32Array = new Float32Array(0);
      for (let packet = 0; packet < 20; packet += 1) {
        pcm = decoder.decode(encoder.encode(wave.subarray(packet * 960 * channels, (packet + 1) * 960 * channels)));
        expect(pcm).toHaveLength(320);
      }
      expect(rms(pcm)).toBeCloseTo(SINE_RMS, 1);
    }
  });

  it('conceals a loss with audio that fades, never more than asked', () => {
    const encoder = new Encoder({ channels: 1, sample_rate: 16_000, application: 'voip' });
    const decoder = createAudioDecoder('opus');
    expect(decoder.conceal(320)).toHaveLength(0);
    const wave = sine(16_000, 16_000, 1, 200);
    for (let packet = 0; packet < 20; packet += 1) {
      decoder.decode(encoder.encode(wave.subarray(packet * 320, (packet + 1) * 320)));
    }
    expect(decoder.conceal(319)).toHaveLength(0);
    const first = decoder.conceal(320);
    expect(first).toHaveLength(320);
    expect(rms(first)).toBeGreaterThan(SINE_RMS / 4);
    const later = decoder.conceal(100_000);
    expect(later.length).toBeLessThanOrEqual(1_920);
    expect(rms(later.subarray(-320))).toBeLessThan(rms(first));
  });

  it('refuses empty and garbage packets with a typed error and goes on', () => {
    const encoder = new Encoder({ channels: 1, sample_rate: 16_000, application: 'voip' });
    const decoder = createAudioDecoder('opus');
    for (const garbage of [new Uint8Array(0), Uint8Array.of(255, 255, 255), new Uint8Array(2_000).fill(7)]) {
      expect(() => decoder.decode(garbage)).toThrow(expect.objectContaining({ reason: 'undecodable' }));
    }
    expect(decoder.decode(encoder.encode(sine(16_000, 320)))).toHaveLength(320);
  });

  it('is chosen by the name of the codec, and an unknown one is refused', () => {
    for (const name of ['speex', 'constructor', '']) {
      expect(() => createAudioDecoder(name)).toThrow(expect.objectContaining({ reason: 'unknown-codec' }));
    }
  });
});
