import { WebSocket } from 'ws';
import { Emitter } from '../emitter.ts';
import { ServerError } from '../errors.ts';
import { type Log, messageOf } from '../log.ts';
import {
  admitToSfu,
  type SidecarCounters,
  TAP_HEARTBEAT_MS,
  TAP_LINK_VERSION,
  TAP_MESSAGE_LIMIT_BYTES,
  TAP_SILENCE_MS,
  type ToSfu,
  type ToSidecar,
  type Welcome,
} from './tap-messages.ts';

/** Milliseconds between a lost or refused link and the next attempt. */
const RECONNECT_EVERY_MS = 500;
/** Milliseconds between looks at the clock: silence is noticed at most this much after TAP_SILENCE_MS. */
const TICK_MS = TAP_HEARTBEAT_MS / 5;
/** Milliseconds that a sidecar has to arm a receiver; then the tap counts as not started. */
export const START_WITHIN_MS = 2_000;
/** Milliseconds that a sidecar has to acknowledge erasure. */
export const STOP_WITHIN_MS = 1_000;

/** What a tap hears of its sidecar. */
export type TapReport = Extract<ToSfu, { type: 'progress' | 'reading' | 'abstained' }>;

export interface TapLinkOptions {
  /** `ws://` or `wss://` URL of the sidecar. */
  readonly url: string;
  readonly secret: string;
  readonly log: Log;
  /** Opens a WebSocket. Default: the `ws` package. */
  readonly connect?: (url: string) => WebSocket;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/**
 *     stopped -> connecting -> alive
 *        ^           |  ^        |
 *        |           v  |        |
 *        +-------- waiting <-----+        closed: from anywhere, final
 */
type TapLinkState =
  | { readonly state: 'stopped' }
  | { readonly state: 'connecting'; readonly socket: WebSocket; readonly sinceMs: number }
  | { readonly state: 'alive'; readonly socket: WebSocket; readonly welcome: Welcome }
  | { readonly state: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly state: 'closed' };

export type TapLinkEvents = {
  alive: [welcome: Welcome];
  /** The sidecar fell silent, or its socket closed: all of its taps are lost. */
  lost: [cause: string];
  report: [report: TapReport];
  counters: [counters: SidecarCounters];
};

interface Pending {
  readonly answered: (acknowledged: boolean) => void;
}

/** The control channel to one sidecar, kept up: connects, beats, notices silence, connects again. */
export class TapLink {
  readonly url: string;
  readonly #options: Required<TapLinkOptions>;
  readonly #emitter: Emitter<TapLinkEvents>;
  readonly #starting = new Map<string, Pending>();
  readonly #stopping = new Map<string, Pending>();
  #state: TapLinkState = { state: 'stopped' };
  #ticker: NodeJS.Timeout | undefined;
  #heardMs = 0;
  #beatMs = 0;
  #tickMs = 0;
  #toldLost = false;

  constructor(options: TapLinkOptions) {
    this.#options = {
      connect: (url) => new WebSocket(url, { maxPayload: TAP_MESSAGE_LIMIT_BYTES, handshakeTimeout: TAP_SILENCE_MS }),
      now: () => performance.now(),
      ...options,
    };
    this.url = options.url;
    this.#emitter = new Emitter((thrown) => options.log.error('a tap listener threw', { error: messageOf(thrown) }));
  }

  on<Name extends keyof TapLinkEvents>(name: Name, listener: (...args: TapLinkEvents[Name]) => void): () => void {
    return this.#emitter.on(name, listener);
  }

  /** The sidecar's welcome while it is alive. */
  get welcome(): Welcome | undefined {
    return this.#state.state === 'alive' ? this.#state.welcome : undefined;
  }

  start(): void {
    if (this.#state.state === 'closed') throw ServerError.closed('the tap link');
    if (this.#state.state === 'stopped') this.#connect();
  }

  stop(): void {
    if (this.#state.state === 'closed') return;
    this.#lose('stopped', { state: 'stopped' });
  }

  close(): void {
    this.#lose('closed', { state: 'closed' });
    this.#emitter.clear();
  }

  /** Resolves once the sidecar is armed. Throws ServerError `no-sidecar` or `not-started` (refused, lost, or no answer). */
  async startTap(tap: { tapId: string; ssrc: number; payloadType: number }): Promise<void> {
    if (this.#state.state !== 'alive') throw ServerError.noSidecar();
    const started = this.#answer(this.#starting, tap.tapId, START_WITHIN_MS);
    this.#send({ type: 'start', ...tap, codec: 'opus', clockRate: 48_000, channels: 2 });
    if (!(await started)) throw ServerError.notStarted();
  }

  /** Resolves to true if the sidecar acknowledges within STOP_WITHIN_MS that everything of this tap is erased. */
  async stopTap(tapId: string): Promise<boolean> {
    this.#starting.get(tapId)?.answered(false);
    if (this.#state.state !== 'alive') return false;
    const stopped = this.#answer(this.#stopping, tapId, STOP_WITHIN_MS);
    this.#send({ type: 'stop', tapId });
    return await stopped;
  }

  #answer(pending: Map<string, Pending>, tapId: string, withinMs: number): Promise<boolean> {
    pending.get(tapId)?.answered(false);
    return new Promise((resolve) => {
      const answered = (acknowledged: boolean) => {
        clearTimeout(timer);
        if (pending.get(tapId)?.answered === answered) pending.delete(tapId);
        resolve(acknowledged);
      };
      const timer = setTimeout(() => answered(false), withinMs);
      pending.set(tapId, { answered });
    });
  }

  #connect(): void {
    let socket: WebSocket;
    try {
      socket = this.#options.connect(this.url);
    } catch (thrown) {
      this.#lose(messageOf(thrown));
      return;
    }
    this.#state = { state: 'connecting', socket, sinceMs: this.#options.now() };
    socket.on('open', () => {
      this.#sendOn(socket, { type: 'hello', version: TAP_LINK_VERSION, secret: this.#options.secret });
    });
    socket.on('message', (bytes, isBinary) => this.#receive(socket, isBinary ? '' : bytes.toString()));
    socket.on('error', (error) => this.#loseSocket(socket, messageOf(error)));
    socket.on('close', () => this.#loseSocket(socket, 'the sidecar closed the link'));
    this.#tickMs = this.#options.now();
    this.#ticker ??= setInterval(() => this.#tick(), TICK_MS);
  }

  #receive(socket: WebSocket, text: string): void {
    if (this.#state.state !== 'connecting' && this.#state.state !== 'alive') return;
    if (this.#state.socket !== socket) return;
    let message: ToSfu;
    try {
      message = admitToSfu(text);
    } catch (thrown) {
      this.#loseSocket(socket, messageOf(thrown));
      return;
    }
    this.#heardMs = this.#options.now();
    switch (message.type) {
      case 'welcome':
        this.#welcomed(socket, message);
        break;
      case 'refused':
        this.#loseSocket(socket, ServerError.refused(message.reason).message);
        break;
      case 'started':
        this.#starting.get(message.tapId)?.answered(true);
        break;
      case 'stopped':
        // Also the answer to a start for which the sidecar has no room.
        this.#starting.get(message.tapId)?.answered(false);
        this.#stopping.get(message.tapId)?.answered(message.erased);
        break;
      case 'progress':
      case 'reading':
      case 'abstained':
        this.#emitter.emit('report', message);
        break;
      case 'counters':
        this.#emitter.emit('counters', message);
        break;
      case 'heartbeat':
        break;
    }
  }

  #welcomed(socket: WebSocket, welcome: Welcome): void {
    if (this.#state.state !== 'connecting') return;
    if (welcome.version !== TAP_LINK_VERSION) {
      this.#loseSocket(socket, `the sidecar speaks version ${welcome.version} of the tap link`);
      return;
    }
    this.#state = { state: 'alive', socket, welcome };
    this.#toldLost = false;
    const { executionProvider, capacity } = welcome;
    this.#options.log.info('sidecar alive', { url: this.url, executionProvider, capacity });
    this.#emitter.emit('alive', welcome);
  }

  #tick(): void {
    const nowMs = this.#options.now();
    // If this tick is late, it was we who slept, and the sidecar's heartbeats still wait in the socket: look again next time.
    const slept = nowMs - this.#tickMs > TAP_HEARTBEAT_MS;
    this.#tickMs = nowMs;
    if (slept) this.#heardMs = Math.max(this.#heardMs, nowMs - TAP_HEARTBEAT_MS);
    const state = this.#state;
    if (state.state === 'connecting' && nowMs - state.sinceMs > TAP_SILENCE_MS) {
      this.#loseSocket(state.socket, 'no welcome in time');
    } else if (state.state === 'alive') {
      if (nowMs - this.#heardMs > TAP_SILENCE_MS) {
        this.#loseSocket(state.socket, `silent for more than ${TAP_SILENCE_MS} ms`);
      } else if (nowMs - this.#beatMs >= TAP_HEARTBEAT_MS - TICK_MS / 2) {
        this.#beatMs = nowMs;
        this.#send({ type: 'heartbeat' });
      }
    }
  }

  #loseSocket(socket: WebSocket, cause: string): void {
    const { state } = this.#state;
    if ((state === 'connecting' || state === 'alive') && this.#state.socket === socket) this.#lose(cause);
  }

  /** Leaves the present socket, if any, for `next`; by default waits and connects again. */
  #lose(cause: string, next?: TapLinkState): void {
    const before = this.#state;
    if (before.state === 'closed') return;
    if (before.state === 'waiting') clearTimeout(before.timer);
    this.#state = next ?? { state: 'waiting', timer: setTimeout(() => this.#connect(), RECONNECT_EVERY_MS) };
    if (next !== undefined) {
      clearInterval(this.#ticker);
      this.#ticker = undefined;
    }
    if (before.state === 'connecting' || before.state === 'alive') {
      // A silent peer won't answer a closing handshake; errors of the old socket are no news.
      before.socket.removeAllListeners();
      before.socket.on('error', () => {});
      before.socket.terminate();
    }
    for (const { answered } of [...this.#starting.values(), ...this.#stopping.values()]) answered(false);
    if (next === undefined && !this.#toldLost) {
      this.#toldLost = true;
      this.#options.log.warn('sidecar lost, trying again', { url: this.url, cause });
    }
    if (before.state === 'alive') this.#emitter.emit('lost', cause);
  }

  #send(message: ToSidecar): void {
    if (this.#state.state === 'alive') this.#sendOn(this.#state.socket, message);
  }

  #sendOn(socket: WebSocket, message: ToSidecar): void {
    // Callback given: a failing send is reported by the socket's own close.
    socket.send(JSON.stringify(message), () => {});
  }
}
