/** The WebSocket server of the tap link: one session per SFU that connects. */
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { TAP_MESSAGE_LIMIT_BYTES } from '../tap/tap-messages.ts';
import { ControlSession, type ControlSessionOptions } from './control-session.ts';

export interface ControlServerOptions extends Omit<ControlSessionOptions, 'socket'> {
  readonly host: string;
  /** TCP port; 0 picks a free one. */
  readonly port: number;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/** Sockets that may be open at once; an SFU needs one. */
const SESSIONS_MAX = 64;

export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #now: () => number;
  readonly #sessions = new Set<ControlSession>();
  #server: WebSocketServer | undefined;

  constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Listens. Resolves to the port. Rejects with the socket's own error (EADDRINUSE and the like). */
  async start(): Promise<number> {
    const { host, port } = this.#options;
    const server = new WebSocketServer({ host, port, maxPayload: TAP_MESSAGE_LIMIT_BYTES, perMessageDeflate: false });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.once('listening', () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('connection', (socket) => this.#admit(socket));
    return (server.address() as AddressInfo).port;
  }

  tick(): void {
    for (const session of this.#sessions) session.tick(this.#now());
  }

  report(counters: Parameters<ControlSession['report']>[0]): void {
    for (const session of this.#sessions) session.report(counters);
  }

  /** Stops listening, and erases every tap. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    // First, or an SFU that connects again at once would be let in and keep the server from closing.
    const closed = server && new Promise<void>((resolve) => server.close(() => resolve()));
    await Promise.all([...this.#sessions].map((session) => session.close()));
    await closed;
  }

  #admit(socket: WebSocket): void {
    if (this.#sessions.size >= SESSIONS_MAX) {
      socket.terminate();
      return;
    }
    const session = new ControlSession({ ...this.#options, socket }, this.#now());
    this.#sessions.add(session);
    socket.on('message', (bytes, isBinary) => {
      if (isBinary) session.refuse('malformed');
      else session.receive(bytes.toString(), this.#now());
    });
    // Too long, bad UTF-8 and the like: `ws` closes the socket itself, `close` follows.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sessions.delete(session);
      void session.close();
    });
  }
}
