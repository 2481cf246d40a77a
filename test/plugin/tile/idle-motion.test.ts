import { describe, expect, it } from 'vitest';
import { BLINK_CLOSING_MS, BLINK_OPENING_MS, idleMotion } from '../../../plugin/src/tile/idle-motion.ts';
import { noiseAt, seedFrom } from '../../../plugin/src/tile/seeded-noise.ts';

const SEEDS = ['ada', 'grace', 'b7c1', 'participant@example.org'].map(seedFrom);
const DEGREE = Math.PI / 180;

/** Times at which the eyes are shut furthest, over `minutes`. */
function blinks(seed: number, minutes: number): number[] {
  const times: number[] = [];
  let wasRising = false;
  let before = 0;
  for (let timeMs = 0; timeMs < minutes * 60_000; timeMs += 5) {
    const { blink } = idleMotion(timeMs, seed);
    if (wasRising && blink < before) times.push(timeMs - 5);
    if (blink !== before) wasRising = blink > before;
    before = blink;
  }
  return times;
}

describe('idle motion', () => {
  it('is the same at the same time with the same seed, and differs between seeds', () => {
    for (const timeMs of [0, 1234.5, 3_600_000]) {
      expect(idleMotion(timeMs, SEEDS[0]!)).toEqual(idleMotion(timeMs, SEEDS[0]!));
      expect(idleMotion(timeMs, SEEDS[0]!)).not.toEqual(idleMotion(timeMs, SEEDS[1]!));
    }
  });

  it('blinks every 2 to 6 seconds, 15 times a minute, and not like a clock', () => {
    for (const seed of SEEDS) {
      const times = blinks(seed, 10);
      const intervals = times.slice(1).map((time, index) => time - times[index]!);
      expect(Math.min(...intervals)).toBeGreaterThan(1990);
      expect(Math.max(...intervals)).toBeLessThan(6010);
      expect(times.length / 10).toBeCloseTo(15, 0);
      const mean = intervals.reduce((sum, interval) => sum + interval, 0) / intervals.length;
      const deviation = Math.sqrt(intervals.reduce((sum, each) => sum + (each - mean) ** 2, 0) / intervals.length);
      expect(deviation).toBeGreaterThan(500);
    }
  });

  it('closes the eyes fully, faster than it opens them', () => {
    const [peak] = blinks(SEEDS[2]!, 1);
    expect(idleMotion(peak!, SEEDS[2]!).blink).toBeGreaterThan(0.98);
    expect(idleMotion(peak! - BLINK_CLOSING_MS - 5, SEEDS[2]!).blink).toBe(0);
    expect(idleMotion(peak! + BLINK_CLOSING_MS, SEEDS[2]!).blink).toBeGreaterThan(0.3);
    expect(idleMotion(peak! + BLINK_OPENING_MS + 5, SEEDS[2]!).blink).toBe(0);
  });

  it('turns the head by at most 4 degrees and the eyes by a hair, without jumps of the head', () => {
    for (const seed of SEEDS) {
      let before = idleMotion(0, seed);
      for (let timeMs = 33; timeMs < 120_000; timeMs += 33) {
        const now = idleMotion(timeMs, seed);
        expect(Math.abs(now.yaw)).toBeLessThanOrEqual(4 * DEGREE);
        expect(Math.abs(now.pitch)).toBeLessThanOrEqual(1.5 * DEGREE);
        expect(Math.abs(now.yaw - before.yaw)).toBeLessThan(0.25 * DEGREE);
        expect(Math.hypot(...now.gaze)).toBeLessThan(0.006);
        before = now;
      }
    }
  });

  it('rests on noise that is uniform', () => {
    const values = Array.from({ length: 4000 }, (_, index) => noiseAt(SEEDS[0]!, index));
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1);
    expect(Math.min(...values)).toBeLessThan(0.01);
    expect(Math.max(...values)).toBeGreaterThan(0.99);
  });
});
