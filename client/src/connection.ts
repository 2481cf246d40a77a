import { PROTOCOL_VERSION, type ProtocolError } from '@timbre/protocol';
import { createNanoEvents, type Unsubscribe } from 'nanoevents';
import { io, type Socket } from 'socket.io-client';
import { CallError } from './errors.ts';
import { refusalOf } from './signalling.ts';

interface ConnectionEvents {
  /** A fresh connection stands; `join` must come next. */
  connected: () => void;
  /** The connection is gone; the next `connected` follows by itself. */
  lost: () => void;
  /** The server doesn't want this page any more: no further attempt is made. */
  refused: (error: unknown) => void;
}

export type Connect = (auth: () => Record<string, unknown>) => Socket;

/** After the server itself hung up, this long passes before the next attempt. */
const HUNG_UP_WAIT_MS = 1_000;

/** The socket of one call: stubborn once it stood, honest before. */
export class Connection {
  readonly #events = createNanoEvents<ConnectionEvents>();
  readonly #fetchToken: () => Promise<string>;
  #token = '';
  #stood = false;
  #closed = false;
  /** Guards against a server that refuses each fresh token, too. */
  #tokenRenewed = false;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  readonly socket: Socket;

  /** `token` gives a fresh join token each time; `connect` makes the socket, default socket.io to the page's origin. */
  constructor(token: () => Promise<string>, connect: Connect = connectToOrigin) {
    this.#fetchToken = token;
    this.socket = connect(() => ({ protocol: PROTOCOL_VERSION, token: this.#token }));
    this.socket.on('connect', () => {
      this.#stood = true;
      this.#tokenRenewed = false;
      this.#events.emit('connected');
    });
    this.socket.on('disconnect', (reason) => {
      if (this.#closed) return;
      this.#events.emit('lost');
      if (reason === 'io server disconnect') this.#tryAgain(); // in this case socket.io doesn't
    });
    this.socket.on('connect_error', (error: Error & { data?: unknown }) => this.#notConnected(error));
  }

  on<Name extends keyof ConnectionEvents>(name: Name, listener: ConnectionEvents[Name]): Unsubscribe {
    return this.#events.on(name, listener);
  }

  /** Starts the first attempt; its failure is `refused`, not retried. Throws what `token` throws. */
  async open(): Promise<void> {
    this.#token = await this.#fetchToken();
    if (!this.#closed) this.socket.connect();
  }

  /** Drops a connection that stands but doesn't answer, and begins again. */
  renew(): void {
    if (this.#closed) return;
    this.socket.disconnect();
    this.#tryAgain();
  }

  /** Final and idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#waiting);
    this.socket.disconnect();
  }

  #tryAgain(): void {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => {
      if (!this.#closed) this.socket.connect();
    }, HUNG_UP_WAIT_MS);
  }

  #notConnected(error: Error & { data?: unknown }): void {
    if (this.#closed) return;
    // `active`: no answer, and socket.io tries again by itself. Otherwise the server's answer was no.
    if (this.socket.active) {
      if (!this.#stood) this.#events.emit('refused', CallError.unreachable(error));
      return;
    }
    const refusal = refusalOf(error.data);
    if (this.#stood && refusal.reason === 'wrong-token' && !this.#tokenRenewed) void this.#renewToken(refusal);
    else this.#events.emit('refused', refusal);
  }

  /** Join tokens are short-lived: the one that began the call may have expired when the connection comes back. */
  async #renewToken(refusal: ProtocolError): Promise<void> {
    this.#tokenRenewed = true;
    try {
      this.#token = await this.#fetchToken();
      if (!this.#closed) this.socket.connect();
    } catch (error) {
      if (error instanceof CallError && error.reason === 'server-unreachable') {
        this.#tokenRenewed = false;
        this.#tryAgain();
      } else {
        this.#events.emit('refused', refusal);
      }
    }
  }
}

function connectToOrigin(auth: () => Record<string, unknown>): Socket {
  return io({
    autoConnect: false,
    auth: (give) => give(auth()),
    transports: ['websocket'],
    reconnectionDelay: 500,
    reconnectionDelayMax: 3_000,
    timeout: 5_000,
  });
}
