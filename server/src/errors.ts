/** Why the server couldn't do something. Refusals to participants have their own closed list in @timbre/protocol. */
export type ServerErrorReason =
  | 'bad-config' // the environment doesn't make a valid configuration
  | 'closed' // the object was closed before or while it was asked
  | 'no-worker' // no mediasoup Worker is alive
  | 'no-sidecar' // no sidecar is alive, or none has room for another tap
  | 'refused' // the other end of the tap link refused us, or we refused it
  | 'malformed' // bytes from the other end of the tap link don't fit their schema
  | 'not-started' // a sidecar refused a tap, was lost meanwhile, or didn't answer in time
  | 'port-taken'; // a port that we must listen on is in use

/** What both ends of the tap link must have in common, by the reason of a refusal. */
const REFUSED_FOR_LACK_OF: Readonly<Record<string, string>> = {
  'wrong-secret': 'TIMBRE_TAP_SECRET',
  'wrong-version': 'release of Timbre',
};

/** Where a socket was to listen, and the environment variables that say so. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  readonly hostVariable: string;
  readonly portVariable: string;
}

/** Anything that goes wrong on the server's own side. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly reason: ServerErrorReason;

  constructor(reason: ServerErrorReason, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.reason = reason;
  }

  /** `name` is the environment variable at fault, `problem` says what is wrong and what to do. */
  static badConfig(name: string, problem: string, options: { cause?: unknown } = {}): ServerError {
    return new ServerError('bad-config', `${name}: ${problem}`, options);
  }

  /** `what` was used after its close. */
  static closed(what: string): ServerError {
    return new ServerError('closed', `${what} is closed`);
  }

  static noWorker(): ServerError {
    return new ServerError('no-worker', 'no mediasoup Worker is alive');
  }

  static noSidecar(): ServerError {
    return new ServerError('no-sidecar', 'no sidecar is alive with room for another tap');
  }

  /** The other end of the tap link refused, for `reason` (a word from its closed list). */
  static refused(reason: string): ServerError {
    const both = REFUSED_FOR_LACK_OF[reason];
    const remedy = both === undefined ? '' : ` (SFU and sidecar need the same ${both})`;
    return new ServerError('refused', `the tap link was refused: ${reason}${remedy}`);
  }

  /** Something on the tap link doesn't fit; `issue` says where, never what it held. */
  static malformed(what: string, issue: string): ServerError {
    return new ServerError('malformed', `${what}: ${issue}`);
  }

  static notStarted(): ServerError {
    return new ServerError('not-started', 'the sidecar did not start the tap');
  }

  /** `address` is `host:port`; `variable` names the environment variable that moves it. */
  static portTaken(address: string, variable: string, options: { cause?: unknown } = {}): ServerError {
    return new ServerError('port-taken', `${address} is in use; choose another with ${variable}`, options);
  }

  /** `host` is no address of this machine; `variable` names the environment variable that holds it. */
  static foreignAddress(host: string, variable: string, options: { cause?: unknown } = {}): ServerError {
    return ServerError.badConfig(variable, `${host} is no address of this machine`, options);
  }

  /** What keeps a socket from listening, as the variable to change; `cause` itself if no variable would help. */
  static cannotListen(cause: unknown, at: ListenAddress): unknown {
    const { host, port, hostVariable, portVariable } = at;
    switch ((cause as NodeJS.ErrnoException).code) {
      case 'EADDRINUSE':
        return ServerError.portTaken(`${host}:${port}`, portVariable, { cause });
      case 'EACCES':
        return ServerError.badConfig(portVariable, `${port} needs rights that this process lacks`, { cause });
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        return ServerError.foreignAddress(host, hostVariable, { cause });
      default:
        return cause;
    }
  }
}
