import type { RefusalReason } from './version.ts';

/** A message or request that the other side (or our own door) refused. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.reason = reason;
  }

  /** The bytes or object don't fit the schema of `what`; `issue` says where. */
  static malformed(what: string, issue: string): ProtocolError {
    return new ProtocolError('malformed', `${what}: ${issue}`);
  }
}
