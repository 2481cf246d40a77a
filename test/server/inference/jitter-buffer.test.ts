import { describe, expect, it } from 'vitest';
import { JitterBuffer, type JitterOutput } from '../../../server/src/inference/jitter-buffer.ts';
import type { RtpPacket } from '../../../server/src/inference/rtp-packet.ts';

function packet(sequenceNumber: number, ssrc = 1): RtpPacket {
  const payload = Uint8Array.of(sequenceNumber & 0xff, 1);
  return { marker: false, payloadType: 100, sequenceNumber, timestamp: sequenceNumber * 960, ssrc, payload };
}

/** `7` a packet, `-2` two lost, `reset`. */
function told(outputs: readonly JitterOutput[]): (number | 'reset')[] {
  return outputs.map((output) => {
    if (output.kind === 'packet') return output.packet.sequenceNumber;
    return output.kind === 'lost' ? -output.count : 'reset';
  });
}

describe('the jitter buffer', () => {
  const pushAll = (jitter: JitterBuffer, numbers: readonly number[], atMs = 0) =>
    told(numbers.flatMap((sequenceNumber) => jitter.push(packet(sequenceNumber), atMs)));

  it('passes packets in order at once', () => {
    expect(pushAll(new JitterBuffer(), [5, 6, 7])).toEqual([5, 6, 7]);
  });

  it('puts reordered packets in order', () => {
    expect(pushAll(new JitterBuffer(), [1, 3, 4, 2, 5])).toEqual([1, 2, 3, 4, 5]);
  });

  it('goes on across the wrap at 65,535, in and out of order', () => {
    expect(pushAll(new JitterBuffer(), [65_534, 65_535, 0, 1])).toEqual([65_534, 65_535, 0, 1]);
    expect(pushAll(new JitterBuffer(), [65_534, 1, 0, 65_535, 2])).toEqual([65_534, 65_535, 0, 1, 2]);
  });

  it('tells loss as a value once the hole is too old, without a packet pushing it out', () => {
    const jitter = new JitterBuffer({ maxWaitMs: 80 });
    expect(pushAll(jitter, [1, 4, 5])).toEqual([1]);
    expect(told(jitter.expire(79))).toEqual([]);
    expect(told(jitter.expire(80))).toEqual([-2, 4, 5]);
    expect(jitter.counters.lost).toBe(2);
  });

  it('tells two holes apart', () => {
    const jitter = new JitterBuffer();
    expect(pushAll(jitter, [1, 3, 6])).toEqual([1]);
    expect(told(jitter.expire(1_000))).toEqual([-1, 3, -2, 6]);
  });

  it('gives a hole up when it holds too many packets', () => {
    const jitter = new JitterBuffer({ maxHeld: 3 });
    expect(pushAll(jitter, [1, 3, 4, 5, 6])).toEqual([1, -1, 3, 4, 5, 6]);
  });

  it('drops duplicates, both held and already passed, and counts them', () => {
    const jitter = new JitterBuffer();
    expect(pushAll(jitter, [1, 1, 3, 3, 2])).toEqual([1, 2, 3]);
    expect(jitter.counters).toMatchObject({ duplicate: 2, late: 0 });
  });

  it('drops what comes after its place was given up, and counts it as late', () => {
    const jitter = new JitterBuffer();
    pushAll(jitter, [1, 3]);
    jitter.expire(1_000);
    expect(pushAll(jitter, [2, 4], 1_000)).toEqual([4]);
    expect(jitter.counters).toMatchObject({ lost: 1, late: 1, duplicate: 0 });
  });

  it('starts anew after a jump that a second packet confirms', () => {
    const jitter = new JitterBuffer();
    expect(pushAll(jitter, [1, 20_000, 20_001, 20_002])).toEqual([1, 'reset', 20_001, 20_002]);
    expect(jitter.counters.resets).toBe(1);
  });

  it('is not led astray by one stray packet', () => {
    expect(pushAll(new JitterBuffer(), [1, 20_000, 2, 30_000, 3])).toEqual([1, 2, 3]);
  });

  it('starts anew with another SSRC', () => {
    const jitter = new JitterBuffer();
    pushAll(jitter, [1, 2]);
    expect(told(jitter.push(packet(700, 2), 0))).toEqual(['reset', 700]);
  });

  it('copies what it holds, as the bytes of a datagram are reused', () => {
    const jitter = new JitterBuffer();
    pushAll(jitter, [1]);
    const early = { ...packet(3), payload: Buffer.from(packet(3).payload) };
    jitter.push(early, 0);
    early.payload.fill(0);
    const outputs = jitter.push(packet(2), 0);
    expect(outputs.map((output) => output.kind === 'packet' && [...output.packet.payload])).toEqual([
      [2, 1],
      [3, 1],
    ]);
  });
});
