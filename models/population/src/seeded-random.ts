/**
 * Repeatable random numbers (mulberry32 over a multiplicative hash of the seed).
 *
 * The population is defined by this generator: another algorithm, or another order of calls, makes other people, and
 * every weight file trained on them would no longer match.
 */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761) >>> 0 || 1;
    for (let warmUp = 0; warmUp < 4; warmUp++) this.next();
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** About normal with variance 1, bounded at ±4.25: a sum of six uniform numbers has no wild outliers. */
  normal(): number {
    let sum = 0;
    for (let i = 0; i < 6; i++) sum += this.next();
    return (sum - 3) / Math.sqrt(0.5);
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)] as T;
  }
}

/** The stream `topic` (1, 2, ...) of a person, so that a change to one topic leaves the others as they are. */
export function topicRandom(seed: number, topic: number): SeededRandom {
  return new SeededRandom(seed * 31 + topic * 7919 + 17);
}
