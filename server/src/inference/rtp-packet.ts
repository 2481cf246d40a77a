/** Bytes -> RTP header and payload (RFC 3550 section 5.1). Malformed bytes are a value: they come from the network. */

export interface RtpPacket {
  readonly marker: boolean;
  /** 0..127. */
  readonly payloadType: number;
  /** 16 bits; wraps. */
  readonly sequenceNumber: number;
  /** 32 bits, units of the payload's clock rate; wraps. */
  readonly timestamp: number;
  readonly ssrc: number;
  /** A view of the bytes that were parsed, without CSRCs, header extension and padding. May be empty. */
  readonly payload: Uint8Array;
}

/** Why bytes are no RTP packet. `rtcp`: they are RTCP on the same port (RFC 5761), which is well and ignored. */
export type RtpRejection =
  | 'too-short'
  | 'wrong-version'
  | 'rtcp'
  | 'truncated-csrc'
  | 'truncated-extension'
  | 'bad-padding';

const FIXED_HEADER_BYTES = 12;
const WORD_BYTES = 4;
/** RFC 5761 section 4: RTCP packet types, as they appear in the second byte of a datagram. */
const RTCP_TYPE_FIRST = 192;
const RTCP_TYPE_LAST = 223;

/** Parses one datagram. Never throws; never reads beyond `bytes`. */
export function parseRtpPacket(bytes: Uint8Array): RtpPacket | RtpRejection {
  if (bytes.length < FIXED_HEADER_BYTES) return 'too-short';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint8(0);
  const second = view.getUint8(1);
  if (first >> 6 !== 2) return 'wrong-version';
  if (second >= RTCP_TYPE_FIRST && second <= RTCP_TYPE_LAST) return 'rtcp';

  const csrcCount = first & 0x0f;
  let start = FIXED_HEADER_BYTES + csrcCount * WORD_BYTES;
  if (start > bytes.length) return 'truncated-csrc';

  if (first & 0x10) {
    // Section 5.3.1: 16 bits defined by profile, then the length in 32-bit words without these four bytes.
    if (start + WORD_BYTES > bytes.length) return 'truncated-extension';
    start += WORD_BYTES + view.getUint16(start + 2) * WORD_BYTES;
    if (start > bytes.length) return 'truncated-extension';
  }

  let end = bytes.length;
  if (first & 0x20) {
    // The last byte counts the padding including itself.
    const padding = start < end ? view.getUint8(end - 1) : 0;
    if (padding === 0 || padding > end - start) return 'bad-padding';
    end -= padding;
  }

  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequenceNumber: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    payload: bytes.subarray(start, end),
  };
}
