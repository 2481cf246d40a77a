import type { VoiceReading } from '@timbre/models';
import { describe, expect, it } from 'vitest';
import { InferenceQueue } from '../../../server/src/inference/inference-queue.ts';
import { createLog } from '../../../server/src/log.ts';

/** An encoder that runs when told to; the code's first number is the window's. */
function heldEncoder() {
  const batches: { readonly windows: readonly Float32Array[]; finish(): void; fail(): void }[] = [];
  const encode = (windows: readonly Float32Array[]) =>
    new Promise<VoiceReading[]>((resolve, reject) => {
      const firsts = windows.map((window) => window[0]!);
      batches.push({
        windows,
        finish: () => resolve(firsts.map((first) => ({ code: new Float32Array(128).fill(first), confidence: 0.5 }))),
        fail: () => reject(new Error('out of memory')),
      });
    });
  return { batches, encode };
}

const windowOf = (value: number) => new Float32Array(16).fill(value);
const firstNumbers = (result: Awaited<ReturnType<InferenceQueue['submit']>>) =>
  result.kind === 'readings' ? result.readings.map(({ code }) => code[0]) : result.kind;

describe('the inference queue', () => {
  it('encodes what waited together, and answers each tap with its own readings', async () => {
    const { batches, encode } = heldEncoder();
    const queue = new InferenceQueue({ encode });
    const first = queue.submit({}, [windowOf(1)]);
    const second = queue.submit({}, [windowOf(2), windowOf(3)]);
    const third = queue.submit({}, [windowOf(4)]);
    batches[0]!.finish();
    expect(firstNumbers(await first)).toEqual([1]);
    await Promise.resolve();
    batches[1]!.finish();
    expect(firstNumbers(await second)).toEqual([2, 3]);
    expect(firstNumbers(await third)).toEqual([4]);
    expect(queue.counters).toEqual({ inferences: 4, dropped: 0 });
  });

  it('keeps only the newest request of a tap', async () => {
    const { batches, encode } = heldEncoder();
    const queue = new InferenceQueue({ encode });
    const busy = queue.submit({}, [windowOf(0)]);
    const tap = {};
    const older = queue.submit(tap, [windowOf(1)]);
    const newer = queue.submit(tap, [windowOf(2)]);
    expect(await older).toEqual({ kind: 'superseded' });
    batches[0]!.finish();
    await busy;
    await Promise.resolve();
    batches[1]!.finish();
    expect(firstNumbers(await newer)).toEqual([2]);
    expect(queue.counters.dropped).toBe(1);
  });

  it('keeps the place of a tap whose request is superseded', async () => {
    const { batches, encode } = heldEncoder();
    const queue = new InferenceQueue({ encode, maxBatch: 1 });
    const busy = queue.submit({}, [windowOf(0)]);
    const tap = {};
    void queue.submit(tap, [windowOf(1)]);
    void queue.submit({}, [windowOf(2)]);
    const newer = queue.submit(tap, [windowOf(3)]);
    batches[0]!.finish();
    await busy;
    await Promise.resolve();
    batches[1]!.finish();
    expect(firstNumbers(await newer)).toEqual([3]);
  });

  it('is bounded: the oldest waiting request is dropped and counted', async () => {
    const { encode } = heldEncoder();
    const queue = new InferenceQueue({ encode, capacity: 2 });
    void queue.submit({}, [windowOf(0)]);
    const oldest = queue.submit({}, [windowOf(1)]);
    void queue.submit({}, [windowOf(2)]);
    void queue.submit({}, [windowOf(3)]);
    expect(await oldest).toEqual({ kind: 'dropped' });
    expect(queue.waiting).toBe(2);
  });

  it('zeroes windows after encoding, after failing, when superseded and when withdrawn', async () => {
    const { batches, encode } = heldEncoder();
    const queue = new InferenceQueue({ encode });
    const windows = [windowOf(1), windowOf(2), windowOf(3), windowOf(4)];
    const tap = {};
    const encoded = queue.submit({}, [windows[0]!]);
    void queue.submit(tap, [windows[1]!]);
    void queue.submit(tap, [windows[2]!]);
    queue.withdraw(tap);
    const failing = queue.submit({}, [windows[3]!]);
    batches[0]!.finish();
    await encoded;
    await Promise.resolve();
    batches[1]!.fail();
    expect(await failing).toEqual({ kind: 'failed', message: 'out of memory' });
    await queue.idle();
    for (const window of windows) expect(window.every((sample) => sample === 0)).toBe(true);
  });

  it('says once that the encoder fails, and once that it works again', async () => {
    const lines: string[] = [];
    const log = createLog('test', { write: (line) => lines.push(line.slice('00:00:00.000 '.length)) });
    let broken = true;
    const encode = async (windows: readonly Float32Array[]) => {
      if (broken) throw new Error('out of memory');
      return windows.map(() => ({ code: new Float32Array(128), confidence: 0.5 }));
    };
    const queue = new InferenceQueue({ encode, log });
    for (let attempt = 0; attempt < 3; attempt += 1) await queue.submit({}, [windowOf(1)]);
    broken = false;
    for (let attempt = 0; attempt < 3; attempt += 1) await queue.submit({}, [windowOf(1)]);
    expect(lines).toEqual([
      'error test: the voice encoder fails error="out of memory"',
      'info  test: the voice encoder works again',
    ]);
  });

  it('drops everything on close and takes nothing afterwards', async () => {
    const { batches, encode } = heldEncoder();
    const queue = new InferenceQueue({ encode });
    const running = queue.submit({}, [windowOf(1)]);
    const waiting = queue.submit({}, [windowOf(2)]);
    const closing = queue.close();
    expect(await waiting).toEqual({ kind: 'dropped' });
    batches[0]!.finish();
    await Promise.all([running, closing]);
    expect(await queue.submit({}, [windowOf(3)])).toEqual({ kind: 'dropped' });
  });
});
