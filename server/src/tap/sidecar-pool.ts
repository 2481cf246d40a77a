import { Emitter } from '../emitter.ts';
import { type Log, messageOf } from '../log.ts';
import { TapLink, type TapLinkOptions, type TapReport } from './tap-link.ts';
import type { SidecarCounters } from './tap-messages.ts';

export type SidecarPoolEvents = {
  /** A sidecar came to life, or one that was full has room again. */
  available: [];
  /** A sidecar is lost, and with it every tap on it. */
  lost: [link: TapLink];
  report: [report: TapReport];
};

export interface SidecarPoolOptions extends Pick<TapLinkOptions, 'secret' | 'connect' | 'now'> {
  /** URLs of the sidecars' tap links; they are interchangeable. */
  readonly urls: readonly string[];
  readonly log: Log;
}

/** All sidecars: a tap is pinned to the least loaded one that is alive. */
export class SidecarPool {
  readonly #emitter: Emitter<SidecarPoolEvents>;
  /** Taps on each sidecar. */
  readonly #load = new Map<TapLink, number>();
  readonly #counters = new Map<TapLink, SidecarCounters>();

  constructor(options: SidecarPoolOptions) {
    const { urls, log, ...linkOptions } = options;
    this.#emitter = new Emitter((thrown) => log.error('a sidecar listener threw', { error: messageOf(thrown) }));
    for (const url of urls) {
      const link = new TapLink({ url, log, ...linkOptions });
      this.#load.set(link, 0);
      link.on('alive', () => this.#emitter.emit('available'));
      link.on('lost', () => this.#emitter.emit('lost', link));
      link.on('report', (report) => this.#emitter.emit('report', report));
      link.on('counters', (counters) => this.#counters.set(link, counters));
    }
  }

  on<Name extends keyof SidecarPoolEvents>(
    name: Name,
    listener: (...args: SidecarPoolEvents[Name]) => void,
  ): () => void {
    return this.#emitter.on(name, listener);
  }

  /** Sidecars that are configured, alive or not. */
  get size(): number {
    return this.#load.size;
  }

  /** Sidecars that are alive. */
  get alive(): number {
    return [...this.#load.keys()].filter((link) => link.welcome !== undefined).length;
  }

  /** True if some sidecar is alive and has room. */
  get available(): boolean {
    return this.#leastLoaded() !== undefined;
  }

  /** The last counters that each sidecar sent, by URL. */
  get counters(): ReadonlyMap<string, SidecarCounters> {
    return new Map([...this.#counters].map(([link, counters]) => [link.url, counters]));
  }

  /**
   * Takes a place on the least loaded sidecar, on `avoid` only if there is no other; undefined if none is alive with
   * room. Give it back with `release`.
   */
  acquire(avoid?: TapLink): TapLink | undefined {
    const link = this.#leastLoaded(avoid) ?? this.#leastLoaded();
    if (link !== undefined) this.#load.set(link, (this.#load.get(link) ?? 0) + 1);
    return link;
  }

  release(link: TapLink): void {
    const load = this.#load.get(link) ?? 0;
    this.#load.set(link, Math.max(0, load - 1));
    if (link.welcome !== undefined && load === link.welcome.capacity) this.#emitter.emit('available');
  }

  start(): void {
    for (const link of this.#load.keys()) link.start();
  }

  stop(): void {
    for (const link of this.#load.keys()) link.stop();
  }

  close(): void {
    for (const link of this.#load.keys()) link.close();
    this.#emitter.clear();
  }

  #leastLoaded(avoid?: TapLink): TapLink | undefined {
    let best: TapLink | undefined;
    let bestShare = 1;
    for (const [link, load] of this.#load) {
      if (link.welcome === undefined || link === avoid) continue;
      const share = load / link.welcome.capacity;
      if (share < bestShare) {
        best = link;
        bestShare = share;
      }
    }
    return best;
  }
}
