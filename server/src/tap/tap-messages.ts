/**
 * The control channel between the SFU (WebSocket client) and a sidecar (WebSocket server): JSON text messages, one
 * object each, told apart by `type`. Used only inside server/.
 *
 *     SFU      -> hello                 (first; anything else first is refused)
 *     sidecar  -> welcome | refused     (refused: the sidecar closes the socket)
 *     SFU      -> start, stop           per tap
 *     sidecar  -> started, progress, reading, abstained, stopped
 *     both     -> heartbeat             every TAP_HEARTBEAT_MS; silence over TAP_SILENCE_MS means dead
 */
import * as v from 'valibot';
import { ServerError } from '../errors.ts';

/** Both ends must have the same; `hello` and `welcome` carry it. */
export const TAP_LINK_VERSION = 1;
/** Milliseconds between heartbeats, in both directions. */
export const TAP_HEARTBEAT_MS = 500;
/** Milliseconds of silence after which the other end counts as dead: three heartbeats. */
export const TAP_SILENCE_MS = 3 * TAP_HEARTBEAT_MS;
/** Largest message on the link, bytes (a reading is about 600). */
export const TAP_MESSAGE_LIMIT_BYTES = 16_384;

const tapId = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const unit = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const milliseconds = v.pipe(v.number(), v.minValue(0));

/** SFU to sidecar. */
export const toSidecar = v.variant('type', [
  v.strictObject({ type: v.literal('hello'), version: v.number(), secret: v.pipe(v.string(), v.maxLength(256)) }),
  /** RTP with this SSRC (RFC 3550) will come to the sidecar's RTP port; answer `started` once armed for it. */
  v.strictObject({
    type: v.literal('start'),
    tapId,
    ssrc: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff)),
    payloadType: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(127)),
    codec: v.literal('opus'),
    /** Hz of the RTP timestamp; always 48,000 for Opus (RFC 7587). */
    clockRate: v.literal(48_000),
    channels: v.literal(2),
  }),
  /** Zero everything known of this tap, then answer `stopped`. Answered also for a tap that isn't known. */
  v.strictObject({ type: v.literal('stop'), tapId }),
  v.strictObject({ type: v.literal('heartbeat') }),
]);
export type ToSidecar = v.InferOutput<typeof toSidecar>;

/** Why a sidecar doesn't let an SFU in. */
export const tapRefusal = v.picklist(['wrong-version', 'wrong-secret', 'malformed']);
export type TapRefusal = v.InferOutput<typeof tapRefusal>;

/** Sidecar to SFU. */
export const toSfu = v.variant('type', [
  v.strictObject({
    type: v.literal('welcome'),
    version: v.number(),
    /** The ONNX Runtime execution provider in use, e.g. `cuda` or `cpu`. */
    executionProvider: v.pipe(v.string(), v.maxLength(32)),
    /** Where the SFU sends RTP: an IP address (not a name) and the one UDP port. */
    rtpIp: v.union([v.pipe(v.string(), v.ipv4()), v.pipe(v.string(), v.ipv6())]),
    rtpPort: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
    /** How many taps may be open on this sidecar at once. */
    capacity: v.pipe(v.number(), v.integer(), v.minValue(1)),
  }),
  v.strictObject({ type: v.literal('refused'), reason: tapRefusal }),
  v.strictObject({ type: v.literal('started'), tapId }),
  /** The erasure acknowledgement: PCM, packets and codes of this tap are zeroed. */
  v.strictObject({ type: v.literal('stopped'), tapId, erased: v.literal(true) }),
  v.strictObject({ type: v.literal('heartbeat') }),
  /** Voiced audio heard over what a face needs; at most two a second. */
  v.strictObject({ type: v.literal('progress'), tapId, progress: unit, voicedMs: milliseconds }),
  /** A face code; at most two a second, from 1 s of voiced audio. */
  v.strictObject({
    type: v.literal('reading'),
    tapId,
    progress: unit,
    confidence: unit,
    /** `faceCodeToBytes` in base64. */
    code: v.pipe(v.string(), v.base64(), v.minLength(4), v.maxLength(1368)),
    /** The model contract's version. */
    contract: v.pipe(v.number(), v.integer(), v.minValue(1)),
    /** Enough voiced audio for a face (3 s). */
    settled: v.boolean(),
    /** Nothing more to learn: the SFU closes the tap. Only with `settled`. */
    converged: v.boolean(),
    voicedMs: milliseconds,
  }),
  v.strictObject({
    type: v.literal('abstained'),
    tapId,
    reason: v.picklist(['no-speech', 'too-noisy', 'two-voices']),
  }),
  /** Every 5 s, counted since the sidecar's start. */
  v.strictObject({
    type: v.literal('counters'),
    packetsReceived: count,
    packetsMalformed: count,
    packetsUnknownSsrc: count,
    packetsLate: count,
    packetsLost: count,
    inferences: count,
    inferencesDropped: count,
    tapsOpen: count,
  }),
]);
export type ToSfu = v.InferOutput<typeof toSfu>;
export type Welcome = Extract<ToSfu, { type: 'welcome' }>;
export type Reading = Extract<ToSfu, { type: 'reading' }>;
export type SidecarCounters = Omit<Extract<ToSfu, { type: 'counters' }>, 'type'>;

function admit<Schema extends v.GenericSchema>(what: string, schema: Schema, text: string): v.InferOutput<Schema> {
  if (text.length > TAP_MESSAGE_LIMIT_BYTES) throw ServerError.malformed(what, 'longer than the limit');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may hold a code: not passed on.
    throw ServerError.malformed(what, 'not JSON');
  }
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (result.success) return result.output;
  throw ServerError.malformed(what, v.getDotPath(result.issues[0]) ?? 'unknown message');
}

/** Validates what came to a sidecar. Throws ServerError `malformed`. */
export function admitToSidecar(text: string): ToSidecar {
  return admit('message to the sidecar', toSidecar, text);
}

/** Validates what came to the SFU. Throws ServerError `malformed`. */
export function admitToSfu(text: string): ToSfu {
  return admit('message to the SFU', toSfu, text);
}
