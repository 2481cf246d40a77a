/** One SFU on the tap link: what it says, and what the sidecar answers. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { faceCodeToBytes } from '@timbre/models';
import { type Log, messageOf } from '../log.ts';
import {
  admitToSidecar,
  TAP_HEARTBEAT_MS,
  TAP_LINK_VERSION,
  TAP_SILENCE_MS,
  type TapRefusal,
  type ToSfu,
  type ToSidecar,
  type Welcome,
} from '../tap/tap-messages.ts';
import type { OpenTap, OpenTaps } from './open-taps.ts';
import type { PipelineOutcome } from './voice-pipeline.ts';

/** The part of a WebSocket that a session uses. */
export interface ControlSocket {
  send(text: string): void;
  /** Ends the connection after what was sent. */
  close(): void;
  /** Ends the connection at once. */
  terminate(): void;
}

export interface ControlSessionOptions {
  readonly socket: ControlSocket;
  readonly secret: string;
  readonly welcome: Omit<Welcome, 'type' | 'version'>;
  /** The model contract's version, for readings. */
  readonly contractVersion: number;
  readonly taps: OpenTaps;
  readonly log: Log;
}

/** A socket that has not said hello by then is let go. Milliseconds. */
const HELLO_WITHIN_MS = 2_000;
/**
 * An SFU that says nothing for so long is gone, and its taps are erased. Longer than the other way round: a closed
 * socket is noticed at once, and an SFU busy for a moment shouldn't lose its faces.
 */
const SFU_SILENCE_MS = 3 * TAP_SILENCE_MS;

/**
 *     greeting --hello--> open --silence, malformed, socket closed--> closed
 *         \--refused, silence--------------------------------------------^
 */
type ControlState = 'greeting' | 'open' | 'closed';

export class ControlSession {
  readonly #options: ControlSessionOptions;
  readonly #taps = new Map<string, OpenTap>();
  #state: ControlState = 'greeting';
  #heardMs: number;
  #saidMs: number;

  constructor(options: ControlSessionOptions, nowMs: number) {
    this.#options = options;
    this.#heardMs = nowMs;
    this.#saidMs = nowMs;
  }

  /** One text message from the SFU. */
  receive(text: string, nowMs: number): void {
    if (this.#state === 'closed') return;
    this.#heardMs = nowMs;
    let message: ToSidecar;
    try {
      message = admitToSidecar(text);
    } catch (thrown) {
      this.#options.log.warn('message refused on the tap link', { reason: messageOf(thrown) });
      this.refuse('malformed');
      return;
    }
    if (this.#state === 'greeting') this.#greet(message, nowMs);
    else this.#obey(message);
  }

  /** Heartbeats, and the end of who fell silent. Call a few times per TAP_HEARTBEAT_MS. */
  tick(nowMs: number): void {
    const silentMs = nowMs - this.#heardMs;
    if (this.#state === 'greeting' && silentMs > HELLO_WITHIN_MS) void this.close();
    if (this.#state !== 'open') return;
    if (silentMs > SFU_SILENCE_MS) {
      this.#options.log.warn('the SFU fell silent, its taps are erased', { taps: this.#taps.size });
      void this.close();
    } else if (nowMs - this.#saidMs >= TAP_HEARTBEAT_MS) {
      this.#saidMs = nowMs;
      this.#send({ type: 'heartbeat' });
    }
  }

  /** Tells the SFU of the sidecar's counters. */
  report(counters: Omit<Extract<ToSfu, { type: 'counters' }>, 'type'>): void {
    if (this.#state === 'open') this.#send({ type: 'counters', ...counters });
  }

  /** Says why, and lets go. */
  refuse(reason: TapRefusal): void {
    if (this.#state === 'closed') return;
    this.#send({ type: 'refused', reason });
    this.#options.socket.close();
    void this.#closeTaps();
  }

  /** Erases every tap of this SFU; resolves when nothing of them is left. Idempotent. */
  async close(): Promise<void> {
    this.#options.socket.terminate();
    await this.#closeTaps();
  }

  #greet(message: ToSidecar, nowMs: number): void {
    const { secret, welcome, log } = this.#options;
    const refusal = refusalOf(message, secret);
    if (refusal) {
      log.warn('an SFU was refused', { reason: refusal });
      this.refuse(refusal);
      return;
    }
    this.#state = 'open';
    this.#saidMs = nowMs;
    log.info('SFU connected');
    this.#send({ type: 'welcome', version: TAP_LINK_VERSION, ...welcome });
  }

  #obey(message: ToSidecar): void {
    switch (message.type) {
      case 'hello':
        this.refuse('malformed');
        break;
      case 'start':
        this.#start(message);
        break;
      case 'stop':
        void this.#stop(message.tapId);
        break;
      case 'heartbeat':
        break;
    }
  }

  #start({ tapId, ...start }: Extract<ToSidecar, { type: 'start' }>): void {
    const { taps, log } = this.#options;
    let tap: OpenTap | undefined;
    if (!this.#taps.has(tapId)) {
      try {
        tap = taps.open(start, (outcome) => this.#tell(tapId, outcome));
        if (!tap) log.warn('tap refused: no room', { tapId, open: taps.size });
      } catch (thrown) {
        log.warn('tap refused', { tapId, reason: messageOf(thrown) });
      }
    }
    if (tap) {
      this.#taps.set(tapId, tap);
      this.#send({ type: 'started', tapId });
    } else {
      // The link has no "not started": nothing was heard, nothing is kept, and no `started` comes.
      void this.#stop(tapId);
    }
  }

  async #stop(tapId: string): Promise<void> {
    const tap = this.#taps.get(tapId);
    this.#taps.delete(tapId);
    await tap?.close();
    this.#send({ type: 'stopped', tapId, erased: true });
  }

  #tell(tapId: string, outcome: PipelineOutcome): void {
    if (outcome.kind === 'abstained') {
      this.#send({ type: 'abstained', tapId, reason: outcome.reason });
    } else if (outcome.kind === 'progress') {
      this.#send({ type: 'progress', tapId, progress: outcome.progress, voicedMs: outcome.voicedMs });
    } else {
      const { kind: _, code, ...reading } = outcome;
      const bytes = Buffer.from(faceCodeToBytes(code).buffer);
      this.#send({
        type: 'reading',
        tapId,
        ...reading,
        code: bytes.toString('base64'),
        contract: this.#options.contractVersion,
      });
      bytes.fill(0);
      code.fill(0);
    }
  }

  async #closeTaps(): Promise<void> {
    this.#state = 'closed';
    const taps = [...this.#taps.values()];
    this.#taps.clear();
    await Promise.all(taps.map((tap) => tap.close()));
  }

  #send(message: ToSfu): void {
    if (this.#state !== 'closed') this.#options.socket.send(JSON.stringify(message));
  }
}

/** Why the first message doesn't let an SFU in; undefined if it does. */
function refusalOf(message: ToSidecar, secret: string): TapRefusal | undefined {
  if (message.type !== 'hello') return 'malformed';
  if (message.version !== TAP_LINK_VERSION) return 'wrong-version';
  return sameSecret(message.secret, secret) ? undefined : 'wrong-secret';
}

/** Compares hashes, which have one length whatever the secrets have, in constant time. */
function sameSecret(given: string, expected: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
