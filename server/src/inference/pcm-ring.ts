/**
 * The last seconds of one tap's audio: 16 kHz mono PCM, preallocated, indexed by RTP timestamp. Gaps of the timestamp
 * (DTX, losses that were not concealed) are silence. A reader takes what it hasn't read; if it falls behind by more
 * than the ring, the oldest audio is dropped and counted.
 */

export interface PcmRingOptions {
  /** Hz of the PCM. Default 16,000. */
  readonly sampleRate?: number;
  /** Hz of the RTP timestamp; a multiple of `sampleRate`. Default 48,000. */
  readonly clockRate?: number;
  /** Length, milliseconds. Default 6,000. */
  readonly windowMs?: number;
  /** The ring's memory, `sampleRate * windowMs / 1000` long. Default: its own. */
  readonly memory?: Float32Array;
}

/** What a timestamp means relative to the audio that is there. */
export type RingPlace =
  /** It continues after `samples` of gap (often 0). */
  | { readonly kind: 'after'; readonly samples: number }
  /** It lies before the end by `samples`: overlaps what is there. */
  | { readonly kind: 'before'; readonly samples: number }
  /** There is no audio yet, or it lies further off than the ring is long: start anew. */
  | { readonly kind: 'apart' };

export class PcmRing {
  readonly #pcm: Float32Array;
  readonly #ticksPerSample: number;
  /** RTP timestamp of the sample after the last one; undefined while empty. */
  #endTimestamp: number | undefined;
  /** Samples written since the start, silence included. */
  #written = 0;
  #read = 0;
  #dropped = 0;

  constructor({ sampleRate = 16_000, clockRate = 48_000, windowMs = 6_000, memory }: PcmRingOptions = {}) {
    this.#pcm = memory ?? new Float32Array((sampleRate * windowMs) / 1000);
    this.#ticksPerSample = clockRate / sampleRate;
  }

  /** Samples written since the start, silence included. */
  get writtenSamples(): number {
    return this.#written;
  }

  /** Samples that the reader hasn't taken yet. */
  get unreadSamples(): number {
    return this.#written - this.#read;
  }

  /** Samples overwritten before they were read. */
  get droppedSamples(): number {
    return this.#dropped;
  }

  /** Where audio of this RTP timestamp belongs. */
  place(timestamp: number): RingPlace {
    if (this.#endTimestamp === undefined) return { kind: 'apart' };
    // The difference as a signed 32-bit number: right across the wrap (RFC 3550 section 5.1).
    const samples = Math.round(((timestamp - this.#endTimestamp) | 0) / this.#ticksPerSample);
    if (Math.abs(samples) > this.#pcm.length) return { kind: 'apart' };
    return samples >= 0 ? { kind: 'after', samples } : { kind: 'before', samples: -samples };
  }

  /**
   * Writes PCM whose first sample has this RTP timestamp. A gap before it becomes silence; what overlaps audio that is
   * already there is left out; a timestamp apart from the audio continues without a gap.
   */
  write(timestamp: number, pcm: Float32Array): void {
    const place = this.place(timestamp);
    if (place.kind === 'after') this.#append(undefined, place.samples);
    const overlap = place.kind === 'before' ? Math.min(place.samples, pcm.length) : 0;
    if (place.kind !== 'before') this.#endTimestamp = timestamp;
    const fresh = pcm.subarray(overlap);
    this.#append(fresh, fresh.length);
  }

  /** Writes PCM right after the end, where a loss was concealed. Nothing happens while the ring has no place in time. */
  append(pcm: Float32Array): void {
    if (this.#endTimestamp !== undefined) this.#append(pcm, pcm.length);
  }

  /** Moves up to `into.length` of the oldest unread samples into `into`; returns how many. */
  read(into: Float32Array): number {
    const count = Math.min(into.length, this.unreadSamples);
    for (let done = 0; done < count; ) {
      const at = (this.#read + done) % this.#pcm.length;
      const run = Math.min(count - done, this.#pcm.length - at);
      into.set(this.#pcm.subarray(at, at + run), done);
      done += run;
    }
    this.#read += count;
    return count;
  }

  /** Zeroes the audio and forgets its place in time. Counts go on. */
  clear(): void {
    this.#pcm.fill(0);
    this.#endTimestamp = undefined;
    this.#read = this.#written;
  }

  /** Appends PCM, or `count` samples of silence. */
  #append(pcm: Float32Array | undefined, count: number): void {
    for (let done = 0; done < count; ) {
      const at = (this.#written + done) % this.#pcm.length;
      const run = Math.min(count - done, this.#pcm.length - at);
      if (pcm) this.#pcm.set(pcm.subarray(done, done + run), at);
      else this.#pcm.fill(0, at, at + run);
      done += run;
    }
    this.#written += count;
    if (this.#endTimestamp !== undefined) {
      this.#endTimestamp = (this.#endTimestamp + count * this.#ticksPerSample) >>> 0;
    }
    const overwritten = this.unreadSamples - this.#pcm.length;
    if (overwritten > 0) {
      this.#dropped += overwritten;
      this.#read += overwritten;
    }
  }
}
