/** Call messages: the signalling of our own SFU. Requests are acknowledged with `Reply<...>`; events are not. */
import * as v from 'valibot';
import { avatarChanged, avatarState, participantId, style } from './avatar-messages.ts';
import type { RefusalReason } from './version.ts';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const displayName = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64));
/**
 * Parameters that mediasoup defines and validates itself (RtpCapabilities, DtlsParameters, RtpParameters ...):
 * here only "an object"; the Worker refuses what doesn't fit.
 */
const mediasoupObject = v.record(v.string(), v.unknown());

/** The claims of a join token (JWT, HS256). `sub` is the participant's id. */
export const tokenClaims = v.object({ sub: participantId, room: id, name: displayName, exp: v.number() });
export type TokenClaims = v.InferOutput<typeof tokenClaims>;

/** The socket.io handshake's `auth` object. */
export const hello = v.strictObject({ protocol: v.number(), token: v.pipe(v.string(), v.maxLength(4096)) });
export type Hello = v.InferOutput<typeof hello>;

const kind = v.picklist(['audio', 'video']);
export const producerSummary = v.strictObject({ producerId: id, kind, paused: v.boolean() });
export type ProducerSummary = v.InferOutput<typeof producerSummary>;

export const participantSummary = v.strictObject({
  participantId,
  name: displayName,
  producers: v.array(producerSummary),
  avatar: avatarState,
  /** False while the participant's connection is lost and may yet resume. */
  connected: v.boolean(),
});
export type ParticipantSummary = v.InferOutput<typeof participantSummary>;

/** Request schemas by event name, from participant to server. */
export const requests = {
  /** Enter the token's room. `resumeKey` (from an earlier Joined) takes up a lost connection again. */
  join: v.strictObject({ resumeKey: v.optional(v.pipe(v.string(), v.maxLength(128))) }),
  'create-transport': v.strictObject({ direction: v.picklist(['send', 'receive']) }),
  'connect-transport': v.strictObject({ transportId: id, dtlsParameters: mediasoupObject }),
  'restart-ice': v.strictObject({ transportId: id }),
  produce: v.strictObject({ transportId: id, kind, rtpParameters: mediasoupObject, paused: v.optional(v.boolean()) }),
  'pause-producer': v.strictObject({ producerId: id }),
  'resume-producer': v.strictObject({ producerId: id }),
  'close-producer': v.strictObject({ producerId: id }),
  /** Consumers are created paused; `resume-consumer` once the receiving side is ready. */
  consume: v.strictObject({ transportId: id, producerId: id, rtpCapabilities: mediasoupObject }),
  'resume-consumer': v.strictObject({ consumerId: id }),
  /** Opt in to a face from the voice (`granted`), or withdraw. Only the speaker's own socket may send it. */
  consent: v.variant('granted', [
    v.strictObject({ granted: v.literal(true), style: v.optional(style) }),
    v.strictObject({ granted: v.literal(false) }),
  ]),
  /** A new style for the same face. */
  'set-style': v.strictObject({ style }),
  leave: v.strictObject({}),
} as const;
export type RequestName = keyof typeof requests;
export type Request<Name extends RequestName> = v.InferOutput<(typeof requests)[Name]>;

/** What `join` answers. */
export const joined = v.strictObject({
  participantId,
  resumeKey: v.string(),
  /** True if an interrupted participation was taken up again: transports and producers still stand. */
  resumed: v.boolean(),
  routerRtpCapabilities: mediasoupObject,
  participants: v.array(participantSummary),
  /** One's own avatar, as others see it. */
  avatar: avatarState,
});
export type Joined = v.InferOutput<typeof joined>;

export const transportCreated = v.strictObject({
  transportId: id,
  iceParameters: mediasoupObject,
  iceCandidates: v.array(mediasoupObject),
  dtlsParameters: mediasoupObject,
});
export const consumed = v.strictObject({
  consumerId: id,
  producerId: id,
  kind,
  rtpParameters: mediasoupObject,
  producerPaused: v.boolean(),
});

/** Reply schemas by request name. */
export const replies = {
  join: joined,
  'create-transport': transportCreated,
  'connect-transport': v.strictObject({}),
  'restart-ice': v.strictObject({ iceParameters: mediasoupObject }),
  produce: v.strictObject({ producerId: id }),
  'pause-producer': v.strictObject({}),
  'resume-producer': v.strictObject({}),
  'close-producer': v.strictObject({}),
  consume: consumed,
  'resume-consumer': v.strictObject({}),
  /** `erased` is the erasure acknowledgement: ring and code are zeroed, wherever they were. */
  consent: v.strictObject({ erased: v.boolean() }),
  'set-style': v.strictObject({}),
  leave: v.strictObject({}),
} as const;
export type ReplyBody<Name extends RequestName> = v.InferOutput<(typeof replies)[Name]>;

export type Refusal = { readonly reason: RefusalReason; readonly message: string };
/** Every acknowledgement: the body, or why not. */
export type Reply<Name extends RequestName> =
  | { readonly ok: true; readonly body: ReplyBody<Name> }
  | { readonly ok: false; readonly refusal: Refusal };

/** Event schemas by event name, from server to participant. */
export const events = {
  'participant-joined': participantSummary,
  'participant-left': v.strictObject({ participantId }),
  /** The connection was lost (`false`) or taken up again (`true`). */
  'participant-connected': v.strictObject({ participantId, connected: v.boolean() }),
  'producer-added': v.strictObject({ participantId, producer: producerSummary }),
  'producer-removed': v.strictObject({ participantId, producerId: id }),
  'producer-paused': v.strictObject({ participantId, producerId: id, paused: v.boolean() }),
  avatar: avatarChanged,
  /** A Worker died and the room stands on another: create transports, produce and consume anew. */
  'room-reformed': v.strictObject({ routerRtpCapabilities: mediasoupObject }),
  /** Something the participant sent outside a request was refused, or the server is closing. */
  refused: v.strictObject({ reason: v.string(), message: v.string() }),
} as const;
export type EventName = keyof typeof events;
export type EventBody<Name extends EventName> = v.InferOutput<(typeof events)[Name]>;
