/** What can go wrong on this page itself; what the server refuses is a ProtocolError. */
export type CallErrorReason =
  | 'insecure-page' // browsers give no microphone to a page without https (other than localhost)
  | 'microphone-denied'
  | 'microphone-missing'
  | 'microphone-busy'
  | 'camera-denied'
  | 'camera-missing'
  | 'camera-busy'
  | 'server-unreachable'
  | 'no-token' // the server gives no join tokens to this page
  | 'no-answer' // a request was sent and not answered in time
  | 'disconnected' // a request was made while the connection was lost
  | 'unsupported-browser';

export class CallError extends Error {
  override readonly name = 'CallError';
  readonly reason: CallErrorReason;

  constructor(reason: CallErrorReason, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.reason = reason;
  }

  /** `getUserMedia` gave no track: its DOMException says why (Media Capture and Streams, 10.3.1). */
  static device(device: 'microphone' | 'camera', cause: unknown): CallError {
    const name = cause instanceof Error ? cause.name : '';
    const kind = name === 'NotAllowedError' || name === 'SecurityError' ? 'denied' : deviceFailure(name);
    return new CallError(`${device}-${kind}`, `${device}: ${name || 'unknown failure'}`, { cause });
  }

  static unreachable(cause?: unknown): CallError {
    return new CallError('server-unreachable', 'the server does not answer', { cause });
  }

  static noToken(status: number): CallError {
    return new CallError('no-token', `the server answered ${status} when asked for a join token`);
  }

  static noAnswer(request: string, timeoutMs: number): CallError {
    return new CallError('no-answer', `${request}: no answer within ${timeoutMs} ms`);
  }

  static disconnected(request: string): CallError {
    return new CallError('disconnected', `${request}: the connection is lost`);
  }
}

function deviceFailure(name: string): 'missing' | 'busy' {
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy';
}
