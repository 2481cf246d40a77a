import { describe, expect, it } from 'vitest';
import { PcmRing } from '../../../server/src/inference/pcm-ring.ts';

/** A ring of 100 ms at 1 kHz with a clock of 3 kHz: 100 samples, 3 ticks each. */
function smallRing(): PcmRing {
  return new PcmRing({ sampleRate: 1_000, clockRate: 3_000, windowMs: 100 });
}

function samples(count: number, value: number): Float32Array {
  return new Float32Array(count).fill(value);
}

function readAll(ring: PcmRing): number[] {
  const into = new Float32Array(ring.unreadSamples);
  ring.read(into);
  return [...into];
}

describe('the PCM ring', () => {
  it('gives back what was written, across its end', () => {
    const ring = smallRing();
    ring.write(0, samples(70, 1));
    expect(readAll(ring)).toHaveLength(70);
    ring.write(
      210,
      Float32Array.from({ length: 60 }, (_, index) => index),
    );
    expect(readAll(ring)).toEqual(Array.from({ length: 60 }, (_, index) => index));
  });

  it('fills gaps of the timestamp with silence', () => {
    const ring = smallRing();
    ring.write(0, samples(2, 1));
    ring.write(15, samples(2, 2));
    expect(readAll(ring)).toEqual([1, 1, 0, 0, 0, 2, 2]);
  });

  it('goes on across the wrap of the timestamp', () => {
    const ring = smallRing();
    ring.write(2 ** 32 - 6, samples(2, 1));
    ring.write(3, samples(1, 2));
    expect(readAll(ring)).toEqual([1, 1, 0, 2]);
  });

  it('leaves out what overlaps audio that is there', () => {
    const ring = smallRing();
    ring.write(0, samples(4, 1));
    ring.write(6, samples(4, 2));
    expect(readAll(ring)).toEqual([1, 1, 1, 1, 2, 2]);
    ring.write(0, samples(3, 3));
    expect(ring.unreadSamples).toBe(0);
  });

  it('continues without a gap when the timestamp jumps, as after a pause', () => {
    const ring = smallRing();
    ring.write(0, samples(2, 1));
    expect(ring.place(1_000_000)).toEqual({ kind: 'apart' });
    ring.write(1_000_000, samples(2, 2));
    expect(readAll(ring)).toEqual([1, 1, 2, 2]);
    expect(ring.place(1_000_006)).toEqual({ kind: 'after', samples: 0 });
  });

  it('drops and counts the oldest audio when the reader is slow', () => {
    const ring = smallRing();
    ring.write(0, samples(80, 1));
    ring.write(240, samples(80, 2));
    expect(ring.droppedSamples).toBe(60);
    expect(readAll(ring)).toEqual([...samples(20, 1), ...samples(80, 2)]);
  });

  it('leaves only zeros in its memory once cleared', () => {
    const memory = new Float32Array(100);
    const ring = new PcmRing({ sampleRate: 1_000, clockRate: 3_000, windowMs: 100, memory });
    ring.write(0, samples(100, 1));
    expect(memory.every((sample) => sample === 1)).toBe(true);
    ring.clear();
    expect(memory.every((sample) => sample === 0)).toBe(true);
    expect(ring.unreadSamples).toBe(0);
    expect(ring.place(300)).toEqual({ kind: 'apart' });
  });
});
