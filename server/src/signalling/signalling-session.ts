import {
  admitRequest,
  type EventBody,
  type EventName,
  isRequestName,
  type Joined,
  ProtocolError,
  type Refusal,
  type Request,
  type RequestName,
} from '@timbre/protocol';
import { ServerError } from '../errors.ts';
import { type Log, messageOf } from '../log.ts';
import type { Connection, Participant } from '../sfu/participant.ts';
import type { Room } from '../sfu/room.ts';
import type { Rooms } from '../sfu/rooms.ts';
import { answer } from './answer.ts';
import { RateLimit, type RateLimitOptions } from './rate-limit.ts';
import type { VerifiedToken } from './tokens.ts';

/** How often a join is tried again when the room closed under it. */
const JOIN_ATTEMPTS = 3;

/** What a session needs of its socket (socket.io's server side). */
export interface SessionSocket {
  emit(name: string, body: unknown): unknown;
  onAny(listener: (name: string, ...args: unknown[]) => void): unknown;
  on(name: 'disconnect', listener: (cause: string) => void): unknown;
  disconnect(close: boolean): unknown;
}

export interface SignallingSessionOptions {
  readonly socket: SessionSocket;
  readonly token: VerifiedToken;
  readonly rooms: Rooms;
  readonly log: Log;
  readonly rateLimit?: RateLimitOptions;
}

/**
 *     greeted -> joining -> joined -> gone
 *        ^----------/  \--------------^
 */
type SessionState =
  | { readonly state: 'greeted' }
  | { readonly state: 'joining' }
  | { readonly state: 'joined'; readonly room: Room; readonly participant: Participant }
  | { readonly state: 'gone' };

type Acknowledge = (reply: { ok: true; body: unknown } | { ok: false; refusal: Refusal }) => void;

/** One socket: every message passes the rate limit, then the door, then is answered or refused by reason. */
export class SignallingSession implements Connection {
  readonly #options: SignallingSessionOptions;
  readonly #rateLimit: RateLimit;
  #state: SessionState = { state: 'greeted' };

  constructor(options: SignallingSessionOptions) {
    this.#options = options;
    this.#rateLimit = new RateLimit(options.rateLimit);
    options.socket.onAny((name, ...args) => void this.#receive(name, args));
    options.socket.on('disconnect', () => this.#lost());
  }

  send<Name extends EventName>(name: Name, body: EventBody<Name>): void {
    if (this.#state.state !== 'gone') this.#options.socket.emit(name, body);
  }

  /** The participation ended or went over to another socket. Idempotent. */
  close(): void {
    if (this.#state.state === 'gone') return;
    this.#state = { state: 'gone' };
    this.#options.socket.disconnect(true);
  }

  /** Never throws: whatever comes in, the answer is a reply, a refusal or nothing. */
  async #receive(name: string, args: readonly unknown[]): Promise<void> {
    if (this.#state.state === 'gone') return;
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as Acknowledge) : undefined;
    try {
      this.#limit();
      const body = await this.#answer(name, acknowledge === undefined ? args : args.slice(0, -1));
      acknowledge?.({ ok: true, body });
    } catch (thrown) {
      const refusal = this.#refusalOf(name, thrown);
      if (acknowledge !== undefined) acknowledge({ ok: false, refusal });
      else this.send('refused', refusal);
    }
    if ((this.#state as SessionState).state === 'gone') this.#options.socket.disconnect(true);
  }

  #limit(): void {
    const verdict = this.#rateLimit.take();
    if (verdict === 'admit') return;
    if (verdict === 'abuse') {
      this.#options.log.warn('a socket kept flooding and was closed');
      // As if it had broken: an attacker with somebody's token can't end that participation at once.
      this.#lost();
    }
    throw new ProtocolError('too-many', 'too many messages: slow down');
  }

  async #answer(name: string, args: readonly unknown[]): Promise<unknown> {
    if (!isRequestName(name)) throw ProtocolError.malformed('message', 'no such request');
    if (args.length !== 1) throw ProtocolError.malformed(name, 'takes one object');
    if (name === 'join') return await this.#join(admitRequest('join', args[0]));
    return await this.#answerInRoom(name, args[0]);
  }

  async #answerInRoom<Name extends Exclude<RequestName, 'join'>>(name: Name, input: unknown): Promise<unknown> {
    const request = admitRequest(name, input);
    if (this.#state.state !== 'joined') throw new ProtocolError('not-joined', `${name} needs join first`);
    const { room, participant } = this.#state;
    if (name === 'leave') this.#state = { state: 'gone' };
    return await answer(name, request, participant, room);
  }

  async #join({ resumeKey }: Request<'join'>): Promise<Joined> {
    if (this.#state.state !== 'greeted') throw new ProtocolError('already-joined', 'this socket has joined already');
    this.#state = { state: 'joining' };
    try {
      const { room, participant, joined } = await this.#enter(resumeKey);
      // The socket may have closed while the room was opened: then this participation is a lost one already.
      if ((this.#state as SessionState).state === 'gone') room.connectionLost(participant, this);
      else this.#state = { state: 'joined', room, participant };
      return joined;
    } catch (thrown) {
      if ((this.#state as SessionState).state === 'joining') this.#state = { state: 'greeted' };
      throw thrown;
    }
  }

  async #enter(resumeKey: string | undefined) {
    const { rooms, token } = this.#options;
    const { claims, expired } = token;
    if (resumeKey !== undefined) {
      const room = rooms.open.get(claims.room);
      if (room === undefined) throw new ProtocolError('resume-expired', 'nothing to resume: join anew');
      return { room, ...(await room.resume(claims.sub, resumeKey, this)) };
    }
    if (expired) throw new ProtocolError('wrong-token', 'the token has expired');
    for (let attempt = 1; ; attempt += 1) {
      const room = await rooms.enter(claims.room);
      try {
        return { room, ...(await room.join(claims, this)) };
      } catch (thrown) {
        const closedUnderUs = thrown instanceof ServerError && thrown.reason === 'closed';
        if (!closedUnderUs || attempt >= JOIN_ATTEMPTS) throw thrown;
      }
    }
  }

  #refusalOf(name: string, thrown: unknown): Refusal {
    if (thrown instanceof ProtocolError) {
      if (thrown.reason === 'server-error') this.#logFault(name, thrown);
      return { reason: thrown.reason, message: thrown.message };
    }
    this.#logFault(name, thrown);
    return { reason: 'server-error', message: 'the server could not do this' };
  }

  #logFault(name: string, thrown: unknown): void {
    this.#options.log.error('a request failed', {
      request: isRequestName(name) ? name : '(unknown)',
      error: messageOf(thrown),
    });
  }

  /** The socket broke: the participant is kept for the resume window. */
  #lost(): void {
    const before = this.#state;
    this.#state = { state: 'gone' };
    if (before.state === 'joined') before.room.connectionLost(before.participant, this);
  }
}
