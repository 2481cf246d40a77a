/** Why the plugin refused or gave up something. A closed list: hosts switch on it. */
export type PluginErrorReason =
  /** The plugin was closed; make a new one. */
  | 'closed'
  /** The participant has a tile already, or the element holds one. */
  | 'already-mounted'
  /** This browser, or this machine just now, gives no WebGL. Tiles stay empty. */
  | 'no-webgl'
  /** An avatar message doesn't fit the protocol; it was dropped. */
  | 'malformed-message'
  /** The face code is of another model contract than these weights; the participant is shown as initials. */
  | 'wrong-contract'
  /** The contract, weights, mesh or layers under `modelsUrl` can't be fetched or don't fit together. */
  | 'models-unavailable'
  /** The face decoder failed on one face code; the participant is shown as before, or as initials. */
  | 'decode-failed';

/** Something the plugin can't do. Thrown by calls of the host's, otherwise given to `on('error')`. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
  readonly reason: PluginErrorReason;

  constructor(reason: PluginErrorReason, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.reason = reason;
  }

  static closed(): PluginError {
    return new PluginError('closed', 'this avatar plugin was closed');
  }

  static alreadyMounted(participantId: string): PluginError {
    return new PluginError('already-mounted', `a tile of ${participantId} is mounted there already`);
  }

  static noWebgl(cause: unknown): PluginError {
    return new PluginError('no-webgl', 'no WebGL context could be made for the tiles', { cause });
  }

  static malformedMessage(participantId: string, cause: unknown): PluginError {
    return new PluginError('malformed-message', `an avatar message about ${participantId} was refused`, { cause });
  }

  static wrongContract(participantId: string, theirs: number, ours: number): PluginError {
    const versions = `model contract ${theirs}, these weights are of ${ours}`;
    return new PluginError('wrong-contract', `the face code of ${participantId} is of ${versions}`);
  }

  static modelsUnavailable(what: string, cause?: unknown): PluginError {
    return new PluginError('models-unavailable', what, { cause });
  }

  static decodeFailed(participantId: string, why: string): PluginError {
    return new PluginError('decode-failed', `the face of ${participantId} was not decoded: ${why}`);
  }
}
