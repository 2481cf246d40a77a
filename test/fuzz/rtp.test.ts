import { describe, expect, it } from 'vitest';
import { JitterBuffer } from '../../server/src/inference/jitter-buffer.ts';
import { OpusDecoder } from '../../server/src/inference/opus-decoder.ts';
import { PcmRing } from '../../server/src/inference/pcm-ring.ts';
import { parseRtpPacket } from '../../server/src/inference/rtp-packet.ts';
import { rtpBytes } from '../server/inference/rtp-bytes.ts';

const ROUNDS = 10_000;

/** Mulberry32: the same packets on every run. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function randomBytes(random: () => number, most: number): Uint8Array {
  return Uint8Array.from({ length: Math.floor(random() * most) }, () => random() * 256);
}

describe('random datagrams', { timeout: 120_000 }, () => {
  it('never make the parser throw or read outside the datagram', () => {
    const random = seededRandom(1);
    let parsed = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const bytes = randomBytes(random, 120);
      // Half of them look like RTP at first sight, so that the later checks are reached.
      if (bytes.length > 0 && random() < 0.5) bytes[0] = 0x80 | (bytes[0]! & 0x3f);
      const packet = parseRtpPacket(bytes);
      if (typeof packet === 'string') continue;
      parsed += 1;
      expect(packet.payload.byteOffset).toBeGreaterThanOrEqual(12);
      expect(packet.payload.byteOffset + packet.payload.length).toBeLessThanOrEqual(bytes.length);
    }
    expect(parsed).toBeGreaterThan(ROUNDS / 20);
  });

  it('with flipped bits of real packets never make the parser throw', () => {
    const random = seededRandom(2);
    for (let round = 0; round < ROUNDS; round += 1) {
      const bytes = rtpBytes({
        payload: randomBytes(random, 60),
        csrcs: Array.from({ length: Math.floor(random() * 16) }, () => random() * 2 ** 32),
        ...(random() < 0.5 && { extensionWords: [1, 2, 3].slice(Math.floor(random() * 4)) }),
        padding: Math.floor(random() * 20),
      });
      for (let flip = 0; flip < 3; flip += 1) {
        const at = Math.floor(random() * bytes.length);
        bytes[at] = bytes[at]! ^ (1 << Math.floor(random() * 8));
      }
      expect(() => parseRtpPacket(bytes.subarray(0, Math.ceil(random() * bytes.length)))).not.toThrow();
    }
  });

  it('through the jitter buffer leave in order, each at most once, with bounded memory', () => {
    const random = seededRandom(3);
    const jitter = new JitterBuffer({ maxHeld: 16, maxWaitMs: 50 });
    let expected: number | undefined;
    let packets = 0;
    let base = 65_000;
    for (let round = 0; round < ROUNDS; round += 1) {
      if (random() < 0.01) base = Math.floor(random() * 65_536);
      base = (base + 1) & 0xffff;
      const sequenceNumber = (base + Math.floor(random() * 8) - 4) & 0xffff;
      const packet = {
        marker: false,
        payloadType: 100,
        sequenceNumber,
        timestamp: 0,
        ssrc: 1,
        payload: Uint8Array.of(1),
      };
      for (const output of jitter.push(packet, round * 20)) {
        if (output.kind === 'reset') expected = undefined;
        else if (output.kind === 'lost') expected = ((expected ?? 0) + output.count) & 0xffff;
        else {
          if (expected !== undefined) expect(output.packet.sequenceNumber).toBe(expected);
          expected = (output.packet.sequenceNumber + 1) & 0xffff;
          packets += 1;
        }
      }
    }
    expect(packets).toBeGreaterThan(ROUNDS / 3);
  });

  it('as Opus payloads are decoded or refused, with a typed error', () => {
    const random = seededRandom(4);
    const decoder = new OpusDecoder();
    for (let round = 0; round < ROUNDS; round += 1) {
      const payload = randomBytes(random, 80);
      try {
        expect(decoder.decode(payload).every((sample) => Math.abs(sample) <= 1)).toBe(true);
        expect(decoder.conceal(640).length).toBeLessThanOrEqual(640);
      } catch (thrown) {
        expect(thrown).toMatchObject({ name: 'InferenceError', reason: 'undecodable' });
      }
    }
  });

  it('with random timestamps never make the PCM ring grow or throw', () => {
    const random = seededRandom(5);
    const ring = new PcmRing();
    const into = new Float32Array(1_536);
    for (let round = 0; round < ROUNDS; round += 1) {
      ring.write(Math.floor(random() * 2 ** 32), new Float32Array(Math.floor(random() * 2_000)));
      expect(ring.unreadSamples).toBeLessThanOrEqual(96_000);
      if (random() < 0.3) ring.read(into);
    }
  });
});
