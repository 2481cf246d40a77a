/** Why the sidecar couldn't do something. A closed list: callers switch on it. */
export type InferenceErrorReason =
  | 'unknown-codec' // no decoder for the codec that a tap names
  | 'undecodable' // the bytes of a packet are not what their codec allows
  | 'no-execution-provider' // no ONNX Runtime execution provider could load and run a model
  | 'weights-missing' // a weights file isn't there
  | 'weights-unverified' // the contract has no hash for a weights file
  | 'ssrc-taken' // another tap already listens to this SSRC
  | 'closed'; // the object was closed before or while it was asked

/** Anything that goes wrong inside the sidecar. Lost packets and "not enough audio yet" are values, not errors. */
export class InferenceError extends Error {
  override readonly name = 'InferenceError';
  readonly reason: InferenceErrorReason;

  constructor(reason: InferenceErrorReason, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.reason = reason;
  }

  static unknownCodec(codec: string): InferenceError {
    return new InferenceError('unknown-codec', `no decoder for codec ${codec}`);
  }

  /** `codec` names the decoder; the packet itself is never quoted. */
  static undecodable(codec: string, options: { cause?: unknown } = {}): InferenceError {
    return new InferenceError('undecodable', `packet is no ${codec}`, options);
  }

  static noExecutionProvider(tried: readonly string[], options: { cause?: unknown } = {}): InferenceError {
    const message = `none of the execution providers works: ${tried.join(', ') || '(none given)'}`;
    return new InferenceError('no-execution-provider', message, options);
  }

  static weightsMissing(file: string, options: { cause?: unknown } = {}): InferenceError {
    return new InferenceError('weights-missing', `weights file ${file} can't be read`, options);
  }

  static weightsUnverified(file: string): InferenceError {
    const way = 'TIMBRE_UNVERIFIED_WEIGHTS=1 loads it nevertheless (development only)';
    return new InferenceError('weights-unverified', `the contract has no SHA-256 for ${file}; ${way}`);
  }

  static ssrcTaken(ssrc: number): InferenceError {
    return new InferenceError('ssrc-taken', `another tap listens to SSRC ${ssrc}`);
  }

  /** `what` was used after its close. */
  static closed(what: string): InferenceError {
    return new InferenceError('closed', `${what} is closed`);
  }
}
