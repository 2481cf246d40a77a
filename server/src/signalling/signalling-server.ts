import type { Server as HttpServer } from 'node:http';
import { admitHello, MESSAGE_LIMIT_BYTES, ProtocolError, type Refusal } from '@timbre/protocol';
import { Server, type Socket } from 'socket.io';
import { type Log, messageOf } from '../log.ts';
import type { Rooms } from '../sfu/rooms.ts';
import { isAllowedOrigin, type OriginRules } from './origins.ts';
import type { RateLimitOptions } from './rate-limit.ts';
import { type SessionSocket, SignallingSession } from './signalling-session.ts';
import type { Tokens, VerifiedToken } from './tokens.ts';

/**
 * Milliseconds between pings, and how long a pong may take: a connection that dies without a word is noticed within
 * their sum. A page that is busy loading its models may be late with a pong.
 */
const PING_EVERY_MS = 5_000;
const PONG_WITHIN_MS = 10_000;

export interface SignallingServerOptions {
  readonly httpServer: HttpServer;
  readonly rooms: Rooms;
  readonly tokens: Tokens;
  readonly originRules: OriginRules;
  /** Rooms that may be joined; default: any that a token names. */
  readonly servedRooms?: readonly string[] | undefined;
  readonly rateLimit?: RateLimitOptions | undefined;
  readonly log: Log;
}

/** socket.io at the door: origin, protocol and token are checked before a session begins. */
export class SignallingServer {
  readonly #options: SignallingServerOptions;
  readonly #io: Server;

  constructor(options: SignallingServerOptions) {
    this.#options = options;
    this.#io = new Server(options.httpServer, {
      serveClient: false,
      maxHttpBufferSize: MESSAGE_LIMIT_BYTES,
      pingInterval: PING_EVERY_MS,
      pingTimeout: PONG_WITHIN_MS,
      // Long polling from other origins needs CORS headers; the decision itself is made at the greeting, by reason.
      cors: {
        origin: (origin, callback) => {
          callback(null, isAllowedOrigin({ origin, host: undefined }, options.originRules));
        },
      },
    });
    this.#io.use((socket, next) => {
      this.#greet(socket).then(
        () => next(),
        (thrown) => next(this.#refusal(thrown)),
      );
    });
    this.#io.on('connection', (socket) => {
      const { rooms, rateLimit, log } = options;
      const token = (socket.data as { token: VerifiedToken }).token;
      const sessionSocket = socket as unknown as SessionSocket;
      new SignallingSession({ socket: sessionSocket, token, rooms, log, ...(rateLimit && { rateLimit }) });
    });
  }

  /** Disconnects everyone and closes the HTTP server. Idempotent, never throws. */
  async close(): Promise<void> {
    await this.#io.close().catch(() => {});
  }

  /** Throws ProtocolError: `wrong-origin`, `malformed`, `wrong-protocol`, `wrong-token` or `unknown-room`. */
  async #greet(socket: Socket): Promise<void> {
    const { tokens, originRules, servedRooms, rooms } = this.#options;
    const { origin, host } = socket.handshake.headers;
    if (!isAllowedOrigin({ origin, host }, originRules)) {
      throw new ProtocolError('wrong-origin', 'pages of this origin are not served');
    }
    const hello = admitHello(socket.handshake.auth);
    const token = await tokens.verify(hello.token);
    const { room, sub } = token.claims;
    // An expired token may still take up a participation that stands; the session then asks for the resume key.
    if (token.expired && !rooms.open.get(room)?.participants.has(sub)) {
      throw new ProtocolError('wrong-token', 'the token has expired');
    }
    if (servedRooms !== undefined && !servedRooms.includes(room)) {
      throw new ProtocolError('unknown-room', 'this server does not serve the room');
    }
    socket.data = { token };
  }

  /** socket.io hands `data` to the page's `connect_error`. */
  #refusal(thrown: unknown): Error & { data: Refusal } {
    const known = thrown instanceof ProtocolError;
    if (!known) this.#options.log.error('a handshake failed', { error: messageOf(thrown) });
    const reason = known ? thrown.reason : 'server-error';
    const message = known ? thrown.message : 'the server could not do this';
    return Object.assign(new Error(message), { data: { reason, message } });
  }
}
