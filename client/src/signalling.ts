import {
  admitEvent,
  admitReply,
  type EventBody,
  type EventName,
  ProtocolError,
  REFUSAL_REASONS,
  type RefusalReason,
  type ReplyBody,
  type Request,
  type RequestName,
} from '@timbre/protocol';
import { CallError } from './errors.ts';

/** What this file needs of a socket.io socket. */
export interface SignallingSocket {
  readonly connected: boolean;
  timeout(ms: number): { emitWithAck(name: string, body: unknown): Promise<unknown> };
  on(name: string, listener: (body: unknown) => void): unknown;
  off(name: string, listener: (body: unknown) => void): unknown;
}

export interface SignallingOptions {
  /** How long a request may stay unanswered, milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
}

/** Requests and events of the call protocol over one socket; nothing passes without its schema. */
export class Signalling {
  readonly #socket: SignallingSocket;
  readonly #timeoutMs: number;

  constructor(socket: SignallingSocket, options: SignallingOptions = {}) {
    this.#socket = socket;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
  }

  /**
   * Sends one request and resolves with its validated reply.
   *
   * Throws ProtocolError with the server's reason, CallError `no-answer` after the timeout, or CallError `disconnected`
   * at once without a connection: a request that waited for the next connection would arrive before its `join`.
   */
  async request<Name extends RequestName>(name: Name, body: Request<Name>): Promise<ReplyBody<Name>> {
    if (!this.#socket.connected) throw CallError.disconnected(name);
    let reply: unknown;
    try {
      reply = await this.#socket.timeout(this.#timeoutMs).emitWithAck(name, body);
    } catch {
      throw this.#socket.connected ? CallError.noAnswer(name, this.#timeoutMs) : CallError.disconnected(name);
    }
    if (typeof reply !== 'object' || reply === null || !('ok' in reply)) {
      throw ProtocolError.malformed(`reply to ${name}`, 'not an acknowledgement');
    }
    if (reply.ok === true && 'body' in reply) return admitReply(name, reply.body);
    throw refusalOf('refusal' in reply ? reply.refusal : undefined);
  }

  /** Calls `listener` with every valid event of that name; malformed ones are dropped with a warning. */
  on<Name extends EventName>(name: Name, listener: (body: EventBody<Name>) => void): () => void {
    const receive = (input: unknown) => {
      let body: EventBody<Name>;
      try {
        body = admitEvent(name, input);
      } catch (error) {
        console.warn('dropped an event:', error);
        return;
      }
      listener(body);
    };
    this.#socket.on(name, receive);
    return () => this.#socket.off(name, receive);
  }
}

/** A ProtocolError from what a server sent as a refusal, whatever that is. */
export function refusalOf(input: unknown): ProtocolError {
  const { reason, message } = (input ?? {}) as { reason?: unknown; message?: unknown };
  const known = REFUSAL_REASONS.find((candidate) => candidate === reason) satisfies RefusalReason | undefined;
  return new ProtocolError(known ?? 'server-error', typeof message === 'string' ? message : 'refused without a reason');
}
