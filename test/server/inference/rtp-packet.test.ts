import { describe, expect, it } from 'vitest';
import { parseRtpPacket, type RtpPacket } from '../../../server/src/inference/rtp-packet.ts';
import { PAYLOAD_TYPE, type RtpFields, rtpBytes, SSRC } from './rtp-bytes.ts';

const PAYLOAD = Uint8Array.of(1, 2, 3, 4, 5);

describe('RTP packets (RFC 3550 section 5.1)', () => {
  const wellFormed: readonly (readonly [string, Partial<RtpFields>])[] = [
    ['a bare header', {}],
    ['a marker', { marker: true }],
    ['the largest numbers', { sequenceNumber: 65_535, timestamp: 2 ** 32 - 1, ssrc: 2 ** 32 - 1, payloadType: 127 }],
    ['fifteen CSRCs', { csrcs: Array.from({ length: 15 }, (_, index) => index) }],
    ['an empty header extension', { extensionWords: [] }],
    ['a header extension of three words', { extensionWords: [1, 2, 3] }],
    ['one byte of padding', { padding: 1 }],
    ['255 bytes of padding', { padding: 255 }],
    ['CSRCs, extension and padding at once', { csrcs: [7, 8], extensionWords: [9], padding: 4, marker: true }],
  ];
  it.each(wellFormed)('are parsed with %s', (_, fields) => {
    const packet = parseRtpPacket(rtpBytes({ payload: PAYLOAD, ...fields })) as RtpPacket;
    expect(packet).toMatchObject({
      marker: fields.marker ?? false,
      payloadType: fields.payloadType ?? PAYLOAD_TYPE,
      sequenceNumber: fields.sequenceNumber ?? 0,
      timestamp: fields.timestamp ?? 0,
      ssrc: fields.ssrc ?? SSRC,
    });
    expect([...packet.payload]).toEqual([...PAYLOAD]);
  });

  it('may have no payload at all', () => {
    const packet = parseRtpPacket(rtpBytes({ payload: new Uint8Array(0) })) as RtpPacket;
    expect(packet.payload).toHaveLength(0);
  });

  it('are parsed inside a larger buffer without touching what surrounds them', () => {
    const bytes = rtpBytes({ payload: PAYLOAD, timestamp: 99 });
    const larger = new Uint8Array(bytes.length + 64).fill(0xff);
    larger.set(bytes, 32);
    const packet = parseRtpPacket(larger.subarray(32, 32 + bytes.length)) as RtpPacket;
    expect(packet.timestamp).toBe(99);
    expect([...packet.payload]).toEqual([...PAYLOAD]);
  });

  const good = rtpBytes({ payload: PAYLOAD });
  const changed = (offset: number, byte: number, bytes = good) => {
    const copy = bytes.slice();
    copy[offset] = byte;
    return copy;
  };
  const malformed: readonly (readonly [string, Uint8Array, string])[] = [
    ['nothing', new Uint8Array(0), 'too-short'],
    ['eleven bytes', good.subarray(0, 11), 'too-short'],
    ['version 1', changed(0, 0x40), 'wrong-version'],
    ['version 3', changed(0, 0xc0), 'wrong-version'],
    ['a STUN binding request', changed(0, 0x00), 'wrong-version'],
    ['an RTCP sender report', changed(1, 200), 'rtcp'],
    ['more CSRCs than bytes', changed(0, 0x8f), 'truncated-csrc'],
    ['an extension without its header', changed(0, 0x90, good.subarray(0, 14)), 'truncated-extension'],
    [
      'an extension longer than the packet',
      changed(15, 200, rtpBytes({ payload: PAYLOAD, extensionWords: [1] })),
      'truncated-extension',
    ],
    ['padding of no bytes', changed(good.length - 1, 0, changed(0, 0xa0)), 'bad-padding'],
    ['more padding than payload', changed(good.length - 1, 6, changed(0, 0xa0)), 'bad-padding'],
    ['padding without any payload', changed(0, 0xa0, good.subarray(0, 12)), 'bad-padding'],
  ];
  it.each(malformed)('are not %s', (_, bytes, reason) => {
    expect(parseRtpPacket(bytes)).toBe(reason);
  });
});
