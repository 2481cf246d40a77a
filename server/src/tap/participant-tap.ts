import type { types } from 'mediasoup';
import type { Log } from '../log.ts';
import { messageOf } from '../log.ts';
import { AudioTap } from './audio-tap.ts';
import type { SidecarPool } from './sidecar-pool.ts';
import type { TapLink, TapReport } from './tap-link.ts';
import { decideTap, type TapView } from './tap-policy.ts';

/** Milliseconds until a tap that failed to open is tried again. */
const REOPEN_AFTER_MS = 1_000;
/** Taps whose erasure is still unacknowledged that are remembered; the oldest is forgotten first. */
const UNACKNOWLEDGED_MAX = 16;

/** The part of a participant that a tap depends on. */
export interface TapSubject {
  readonly participantId: string;
  view(): Omit<TapView, 'sidecarAvailable'>;
  /** The Router that the participant's Producers are on; undefined while the room re-forms. */
  router(): types.Router | undefined;
  /** What the sidecar says of this participant's voice. */
  report(report: TapReport): void;
  /** A tap was opened: listening starts from nothing. */
  opened(): void;
  /** The sidecar died with the tap on it. */
  lost(): void;
}

export interface ParticipantTapOptions {
  readonly subject: TapSubject;
  readonly pool: SidecarPool;
  /** IP that RTP to sidecars on other hosts leaves from. */
  readonly listenIp: string;
  readonly newTapId: () => string;
  readonly log: Log;
  /** Called whenever a tap starts to open, has closed, or couldn't open. */
  readonly count: (what: 'opened' | 'closed' | 'failed') => void;
}

/** Keeps one participant's tap as the policy wants it: `review()` after anything that the policy depends on. */
export class ParticipantTap {
  readonly #options: ParticipantTapOptions;
  #tap: AudioTap | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** The sidecar that last failed to open a tap: another one is tried first. */
  #failed: TapLink | undefined;
  #closed = false;
  readonly #unacknowledged = new Map<string, TapLink>();

  constructor(options: ParticipantTapOptions) {
    this.#options = options;
  }

  get tapId(): string | undefined {
    return this.#tap?.tapId;
  }

  get link(): TapLink | undefined {
    return this.#tap?.link;
  }

  review(): void {
    if (this.#closed) return;
    const { subject, pool, log } = this.#options;
    // A place that this tap holds already is room enough for it.
    const sidecarAvailable = this.#tap !== undefined || pool.available;
    const decision = decideTap({ ...subject.view(), sidecarAvailable });
    if (decision.tap === 'closed') {
      if (this.#tap !== undefined) log.debug('tap closed', { tapId: this.#tap.tapId, because: decision.because });
      this.#clearRetry();
      void this.#drop();
      return;
    }
    if (this.#tap?.producerId === decision.producerId) return;
    void this.#drop();
    if (this.#retry === undefined) this.#open(decision.producerId);
  }

  /** The sidecar died: its memory is gone with it, so there is nothing to wait for. */
  sidecarLost(link: TapLink): void {
    if (this.#tap?.link !== link) return;
    void this.#drop();
    this.#options.subject.lost();
    this.review();
  }

  /**
   * Closes the tap and resolves to true if every sidecar that ever listened to this participant has acknowledged
   * erasure. Waits at most STOP_WITHIN_MS.
   */
  async erase(): Promise<boolean> {
    this.#clearRetry();
    const earlier = [...this.#unacknowledged].map(async ([tapId, link]) => {
      const erased = await link.stopTap(tapId);
      if (erased) this.#unacknowledged.delete(tapId);
      return erased;
    });
    return (await Promise.all([...earlier, this.#drop()])).every((erased) => erased);
  }

  /** Idempotent, never throws. */
  close(): void {
    this.#closed = true;
    this.#clearRetry();
    void this.#drop();
  }

  #open(producerId: string): void {
    const { subject, pool, listenIp, newTapId, log, count } = this.#options;
    const router = subject.router();
    const link = router && pool.acquire(this.#failed);
    if (router === undefined || link === undefined) return;
    const tap = new AudioTap({ tapId: newTapId(), router, producerId, link, listenIp });
    this.#tap = tap;
    count('opened');
    subject.opened();
    tap.open().then(
      () => {
        this.#failed = undefined;
        log.debug('tap open', { tapId: tap.tapId, participantId: subject.participantId, sidecar: link.url });
      },
      (thrown) => {
        if (this.#tap !== tap) return; // closed meanwhile, on purpose
        count('failed');
        this.#failed = link;
        log.warn('a tap did not open', { tapId: tap.tapId, error: messageOf(thrown) });
        void this.#drop();
        this.#retry = setTimeout(() => {
          this.#retry = undefined;
          this.review();
        }, REOPEN_AFTER_MS);
      },
    );
  }

  async #drop(): Promise<boolean> {
    const tap = this.#tap;
    if (tap === undefined) return true;
    this.#tap = undefined;
    this.#options.count('closed');
    this.#remember(tap);
    const erased = await tap.close();
    if (erased) this.#unacknowledged.delete(tap.tapId);
    this.#options.pool.release(tap.link);
    return erased;
  }

  #remember(tap: AudioTap): void {
    this.#unacknowledged.set(tap.tapId, tap.link);
    const oldest = this.#unacknowledged.keys().next();
    if (this.#unacknowledged.size > UNACKNOWLEDGED_MAX && !oldest.done) this.#unacknowledged.delete(oldest.value);
  }

  #clearRetry(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }
}
