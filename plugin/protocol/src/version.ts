/** The wire protocol's version. A server and a participant that differ in it refuse each other with `wrong-protocol`. */
export const PROTOCOL_VERSION = 1;

/** Why a message, a connection or a request was refused. The list is closed: a new reason is a new protocol version. */
export const REFUSAL_REASONS = [
  'wrong-protocol', // the other side speaks another version
  'malformed', // the message doesn't fit its schema
  'too-large', // more than MESSAGE_LIMIT_BYTES, where the connection isn't simply cut (rule D2)
  'too-many', // over the per-socket rate limit
  'wrong-token', // absent, expired or badly signed token
  'wrong-origin', // the page's origin isn't on the allow-list
  'unknown-room', // the token names a room that the server doesn't serve
  'room-full',
  'not-joined', // a request that needs `join` first
  'already-joined',
  'unknown-transport',
  'unknown-producer',
  'unknown-consumer',
  'cannot-consume', // no common codec
  'resume-expired', // more than RESUME_WINDOW_MS since the connection was lost, or never seen
  'server-error', // our fault; the message says what
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** Largest signalling message, bytes. */
export const MESSAGE_LIMIT_BYTES = 65_536;

/** How long the server keeps a participant whose connection was lost, milliseconds. */
export const RESUME_WINDOW_MS = 30_000;
