import { describe, expect, it } from 'vitest';
import { MouthMotion, type MouthShape, VISEMES, type Viseme } from '../../../plugin/src/tile/mouth-motion.ts';
import { hiss, join, mix, noise, readingAt, SAMPLE_RATE, vowel } from './synthetic-sound.ts';

const FRAME_MS = 1000 / 30;
// Formants of an adult voice, Hz.
const A = [750, 1200, 2500];
const I = [280, 2250, 2900];
const U = [310, 780, 2300];

interface Look {
  readonly timeMs: number;
  readonly opening: number;
  readonly weights: Record<Viseme, number>;
}

/** Plays a sound to a fresh mouth at 30 looks a second. */
function watch(sound: Float32Array, mouth = new MouthMotion()): Look[] {
  const looks: Look[] = [];
  const durationMs = (sound.length / SAMPLE_RATE) * 1000;
  for (let timeMs = FRAME_MS; timeMs <= durationMs; timeMs += FRAME_MS) {
    const shape: MouthShape = mouth.push(readingAt(sound, timeMs), FRAME_MS);
    looks.push({ timeMs, opening: shape.opening, weights: { ...shape.weights } });
  }
  return looks;
}

const between = (looks: readonly Look[], fromMs: number, toMs: number) =>
  looks.filter((look) => look.timeMs >= fromMs && look.timeMs < toMs);
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const silence = (seconds: number) => noise(seconds, 0.0005);

function widest(looks: readonly Look[]): Viseme {
  const mean = (viseme: Viseme) => average(looks.map((look) => look.weights[viseme]));
  return [...VISEMES].sort((a, b) => mean(b) - mean(a))[0]!;
}

describe('the mouth', () => {
  it('stays shut in silence and in digital silence', () => {
    for (const sound of [silence(2), new Float32Array(2 * SAMPLE_RATE)]) {
      expect(Math.max(...watch(sound).map((look) => look.opening))).toBe(0);
    }
  });

  it('opens for a loud vowel within 100 ms and closes within 150 ms of silence', () => {
    const looks = watch(join(silence(1), vowel(0.5, A, 0.1), silence(1)));
    const opened = looks.find((look) => look.timeMs > 1000 && look.opening > 0.4)!;
    expect(opened.timeMs - 1000).toBeLessThan(100);
    expect(average(between(looks, 1200, 1500).map((look) => look.opening))).toBeGreaterThan(0.5);
    expect(Math.max(...between(looks, 1650, 2500).map((look) => look.opening))).toBeLessThan(0.05);
    expect(looks.at(-1)!.opening).toBe(0);
  });

  it('closes within 150 ms of silence into a noisy line too', () => {
    const room = noise(3, 0.004);
    const looks = watch(mix(join(silence(1.2), vowel(0.6, A, 0.1), silence(1.2)), room));
    expect(average(between(looks, 1400, 1800).map((look) => look.opening))).toBeGreaterThan(0.45);
    expect(Math.max(...between(looks, 1950, 3000).map((look) => look.opening))).toBeLessThan(0.05);
  });

  it('does not flap in steady noise, once it has heard it for 1.5 seconds', () => {
    for (const rms of [0.003, 0.02, 0.1]) {
      const looks = watch(join(silence(1), noise(4, rms)));
      expect(Math.max(...between(looks, 2500, 5000).map((look) => look.opening))).toBeLessThan(0.05);
    }
  });

  it('opens as wide for a quiet voice as for a loud one', () => {
    const syllables = (rms: number) =>
      join(silence(0.5), ...Array.from({ length: 12 }, () => join(vowel(0.15, A, rms), silence(0.1))));
    const loud = watch(syllables(0.2));
    const quiet = watch(syllables(0.02));
    const peak = (looks: readonly Look[]) => Math.max(...between(looks, 2000, 3500).map((look) => look.opening));
    expect(peak(quiet)).toBeGreaterThan(0.4);
    expect(Math.abs(peak(loud) - peak(quiet))).toBeLessThan(0.3);
  });

  it('tells open, wide, round and hissed sounds apart', () => {
    const shapeOf = (sound: Float32Array) => widest(between(watch(join(silence(0.6), sound)), 750, 1000));
    expect(shapeOf(vowel(0.4, A, 0.1))).toBe('aa');
    expect(shapeOf(vowel(0.4, I, 0.1))).toBe('ee');
    expect(['oo', 'oh']).toContain(shapeOf(vowel(0.4, U, 0.1)));
    expect(shapeOf(hiss(0.4, 6500, 0.05))).toBe('SS');
  });

  it('never gives weights that add up to more than one', () => {
    const looks = watch(join(vowel(0.3, A, 0.3), hiss(0.2, 6500, 0.1), vowel(0.3, I, 0.3), vowel(0.3, U, 0.3)));
    for (const look of looks)
      expect(VISEMES.reduce((sum, viseme) => sum + look.weights[viseme], 0)).toBeLessThan(1.001);
  });

  it('shuts at once when reset', () => {
    const mouth = new MouthMotion();
    watch(join(silence(0.5), vowel(0.5, A, 0.1)), mouth);
    expect(mouth.shape.opening).toBeGreaterThan(0.3);
    mouth.reset();
    expect(mouth.shape.opening).toBe(0);
  });
});
