export {
  type AbstentionReason,
  type AvatarChanged,
  type AvatarState,
  abstentionReason,
  avatarChanged,
  avatarState,
  participantId,
  type Style,
  style,
  type WireFaceCode,
  wireFaceCode,
} from './avatar-messages.ts';
export {
  type EventBody,
  type EventName,
  events,
  type Hello,
  hello,
  type Joined,
  type ParticipantSummary,
  type ProducerSummary,
  type Refusal,
  type Reply,
  type ReplyBody,
  type Request,
  type RequestName,
  replies,
  requests,
  type TokenClaims,
  tokenClaims,
} from './call-messages.ts';
export { admitEvent, admitHello, admitReply, admitRequest, isRequestName } from './door.ts';
export { ProtocolError } from './errors.ts';
export {
  MESSAGE_LIMIT_BYTES,
  PROTOCOL_VERSION,
  REFUSAL_REASONS,
  RESUME_WINDOW_MS,
  type RefusalReason,
} from './version.ts';
