export interface RateLimitOptions {
  /** Requests that may come at once. Default 300: entering a full room takes about a hundred. */
  readonly burst?: number;
  /** Requests per second in the long run. Default 30. */
  readonly perSecond?: number;
  /** Refused requests, net of what trickles in, after which the socket is taken for an attacker's. Default 300. */
  readonly patience?: number;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

export type RateVerdict = 'admit' | 'too-many' | 'abuse';

/** A token bucket that goes into debt: refused requests cost too, and whoever keeps on runs out of patience. */
export class RateLimit {
  readonly #options: Required<RateLimitOptions>;
  #tokens: number;
  #filledMs: number;

  constructor(options: RateLimitOptions = {}) {
    this.#options = { burst: 300, perSecond: 30, patience: 300, now: () => performance.now(), ...options };
    this.#tokens = this.#options.burst;
    this.#filledMs = this.#options.now();
  }

  /** To be asked once for each message. */
  take(): RateVerdict {
    const { burst, perSecond, patience, now } = this.#options;
    const nowMs = now();
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#filledMs) / 1000) * perSecond);
    this.#filledMs = nowMs;
    this.#tokens -= 1;
    if (this.#tokens >= 0) return 'admit';
    return this.#tokens > -patience ? 'too-many' : 'abuse';
  }
}
