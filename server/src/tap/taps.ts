import { randomUUID } from 'node:crypto';
import type { Log } from '../log.ts';
import { ParticipantTap, type TapSubject } from './participant-tap.ts';
import type { SidecarPool } from './sidecar-pool.ts';

/** Counted since the start. `opened` also counts taps that failed on their way. */
export interface TapCounts {
  readonly opened: number;
  readonly closed: number;
  readonly failed: number;
  /** Open or opening now. */
  readonly open: number;
}

export interface TapsOptions {
  readonly pool: SidecarPool;
  /** IP that RTP to sidecars on other hosts leaves from. */
  readonly listenIp: string;
  readonly log: Log;
}

/** All participants' taps: brings the sidecars' reports to them, and counts. */
export class Taps {
  readonly #options: TapsOptions;
  readonly #taps = new Map<ParticipantTap, TapSubject>();
  readonly #counted = { opened: 0, closed: 0, failed: 0 };
  readonly #disposers: (() => void)[];

  constructor(options: TapsOptions) {
    this.#options = options;
    const { pool } = options;
    this.#disposers = [
      pool.on('available', () => {
        for (const tap of this.#taps.keys()) tap.review();
      }),
      pool.on('lost', (link) => {
        for (const tap of this.#taps.keys()) tap.sidecarLost(link);
      }),
      pool.on('report', (report) => {
        for (const [tap, subject] of this.#taps) {
          if (tap.tapId !== report.tapId) continue;
          subject.report(report);
          tap.review();
        }
      }),
    ];
  }

  get counts(): TapCounts {
    return { ...this.#counted, open: this.#counted.opened - this.#counted.closed };
  }

  /** False if no sidecar is alive: nobody can be listened to. */
  get sidecarAlive(): boolean {
    return this.#options.pool.alive > 0;
  }

  /** The tap of a new participant. */
  add(subject: TapSubject): ParticipantTap {
    const tap = new ParticipantTap({
      subject,
      ...this.#options,
      newTapId: randomUUID,
      count: (what) => {
        this.#counted[what] += 1;
      },
    });
    this.#taps.set(tap, subject);
    return tap;
  }

  remove(tap: ParticipantTap): void {
    tap.close();
    this.#taps.delete(tap);
  }

  close(): void {
    for (const dispose of this.#disposers) dispose();
    for (const tap of [...this.#taps.keys()]) this.remove(tap);
  }
}
