/** What a sender makes: RTP datagrams (RFC 3550), and speech as a run of Opus packets in them. */
import { Encoder } from '@evan/opus';

export interface RtpFields {
  readonly payload: Uint8Array;
  readonly sequenceNumber?: number;
  readonly timestamp?: number;
  readonly ssrc?: number;
  readonly payloadType?: number;
  readonly marker?: boolean;
  readonly csrcs?: readonly number[];
  /** Words of the header extension; none if absent. */
  readonly extensionWords?: readonly number[];
  /** Bytes of padding, 1..255; 0 for none. */
  readonly padding?: number;
}

export const SSRC = 0x1234_5678;
export const PAYLOAD_TYPE = 100;

export function rtpBytes(fields: RtpFields): Uint8Array {
  const { payload, csrcs = [], extensionWords, padding = 0 } = fields;
  const extensionBytes = extensionWords ? 4 + 4 * extensionWords.length : 0;
  const start = 12 + 4 * csrcs.length + extensionBytes;
  const bytes = new Uint8Array(start + payload.length + padding);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x80 | (padding ? 0x20 : 0) | (extensionWords ? 0x10 : 0) | csrcs.length);
  view.setUint8(1, (fields.marker ? 0x80 : 0) | (fields.payloadType ?? PAYLOAD_TYPE));
  view.setUint16(2, fields.sequenceNumber ?? 0);
  view.setUint32(4, fields.timestamp ?? 0);
  view.setUint32(8, fields.ssrc ?? SSRC);
  for (const [index, csrc] of csrcs.entries()) view.setUint32(12 + 4 * index, csrc);
  if (extensionWords) {
    view.setUint16(12 + 4 * csrcs.length, 0xbede);
    view.setUint16(14 + 4 * csrcs.length, extensionWords.length);
    for (const [index, word] of extensionWords.entries()) view.setUint32(16 + 4 * csrcs.length + 4 * index, word);
  }
  bytes.set(payload, start);
  if (padding) bytes[bytes.length - 1] = padding;
  return bytes;
}

export interface TimedDatagram {
  /** When it leaves, milliseconds since the start. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

export interface SpokenOptions {
  readonly ssrc?: number;
  readonly payloadType?: number;
  /** First sequence number. Default 65,500: every run wraps. */
  readonly sequenceNumber?: number;
  /** First RTP timestamp. Default shortly before the wrap. */
  readonly timestamp?: number;
  /** As WebRTC sends in pauses: one packet of comfort noise now and then, sequence numbers going on. Default false. */
  readonly dtx?: boolean;
  /** Which packets are lost on the way. Default none. */
  readonly isLost?: (index: number) => boolean;
}

const PACKET_MS = 20;
const PACKET_SAMPLES = 16 * PACKET_MS;
const PACKET_TICKS = 48 * PACKET_MS;
/** libopus in DTX makes packets of two bytes or fewer, which a WebRTC sender doesn't send. */
const DTX_BYTES = 2;

/** 16 kHz speech as 20 ms Opus packets (28 kbit/s, voip) in RTP. */
export function spokenDatagrams(pcm: Float32Array, options: SpokenOptions = {}): TimedDatagram[] {
  const { ssrc = SSRC, payloadType = PAYLOAD_TYPE, dtx = false, isLost = () => false } = options;
  const encoder = new Encoder({ channels: 1, sample_rate: 16_000, application: 'voip' });
  encoder.bitrate = 28_000;
  encoder.dtx = dtx;
  let sequenceNumber = options.sequenceNumber ?? 65_500;
  const firstTimestamp = options.timestamp ?? 2 ** 32 - 3 * 48_000;
  const datagrams: TimedDatagram[] = [];
  for (let index = 0; (index + 1) * PACKET_SAMPLES <= pcm.length; index += 1) {
    const block = pcm.subarray(index * PACKET_SAMPLES, (index + 1) * PACKET_SAMPLES);
    const payload = encoder.encode(Int16Array.from(block, (sample) => Math.max(-1, Math.min(1, sample)) * 32_767));
    if (dtx && payload.length <= DTX_BYTES) continue;
    const timestamp = (firstTimestamp + index * PACKET_TICKS) >>> 0;
    if (!isLost(index)) {
      const bytes = rtpBytes({ payload, sequenceNumber, timestamp, ssrc, payloadType });
      datagrams.push({ atMs: index * PACKET_MS, bytes });
    }
    sequenceNumber = (sequenceNumber + 1) & 0xffff;
  }
  return datagrams;
}
