/**
 * RTP packets as they arrive -> packets in sequence, with what is missing as a value. Nothing is played out here, so a
 * packet in order leaves at once; only packets beyond a hole are held, until the hole fills, or is given up.
 *
 * Sequence validity follows RFC 3550 appendix A.1: a jump must be confirmed by a second packet in sequence.
 */
import type { RtpPacket } from './rtp-packet.ts';

export type JitterOutput =
  | { readonly kind: 'packet'; readonly packet: RtpPacket }
  /** `count` packets before the next one are given up. */
  | { readonly kind: 'lost'; readonly count: number }
  /** The sender started anew (another SSRC, or a jump): sequence numbers and timestamps don't continue. */
  | { readonly kind: 'reset' };

export interface JitterBufferOptions {
  /** How long a hole may hold packets back, milliseconds. Default 80. */
  readonly maxWaitMs?: number;
  /** How many packets may be held. Default 32. */
  readonly maxHeld?: number;
}

export interface JitterCounters {
  readonly received: number;
  readonly duplicate: number;
  /** Came after their place was given up. */
  readonly late: number;
  readonly lost: number;
  readonly resets: number;
}

/** RFC 3550 A.1: the largest forward gap that is loss and not a restart. */
const MAX_DROPOUT = 3000;
/** RFC 3550 A.1: how far back a packet may be late. */
const MAX_MISORDER = 100;
/** How many packets back a duplicate is told from a late one. */
const REMEMBERED = MAX_MISORDER;

interface Held {
  readonly packet: RtpPacket;
  readonly arrivedMs: number;
}

export class JitterBuffer {
  readonly #maxWaitMs: number;
  readonly #maxHeld: number;
  /** Keyed by sequence number; small, so order is found by looking. */
  readonly #held = new Map<number, Held>();
  /** Sequence numbers that left, newest last; bounded by REMEMBERED. */
  readonly #recent: number[] = [];
  #ssrc: number | undefined;
  #expected = 0;
  /** The sequence number that would confirm a jump (bad_seq in RFC 3550 A.1). */
  #confirming: number | undefined;
  #received = 0;
  #duplicate = 0;
  #late = 0;
  #lost = 0;
  #resets = 0;

  constructor({ maxWaitMs = 80, maxHeld = 32 }: JitterBufferOptions = {}) {
    this.#maxWaitMs = maxWaitMs;
    this.#maxHeld = maxHeld;
  }

  get counters(): JitterCounters {
    return {
      received: this.#received,
      duplicate: this.#duplicate,
      late: this.#late,
      lost: this.#lost,
      resets: this.#resets,
    };
  }

  /** Takes one packet at `nowMs` (monotonic). A packet that is held is copied: the caller may reuse its bytes. */
  push(packet: RtpPacket, nowMs: number): JitterOutput[] {
    this.#received += 1;
    const outputs: JitterOutput[] = [];
    if (this.#ssrc !== packet.ssrc) {
      const first = this.#ssrc === undefined;
      this.#restartAt(packet);
      if (!first) this.#reset(outputs);
    } else {
      const ahead = (packet.sequenceNumber - this.#expected) & 0xffff;
      if (ahead >= MAX_DROPOUT && ahead <= 0x10000 - MAX_MISORDER) {
        if (packet.sequenceNumber !== this.#confirming) {
          this.#confirming = (packet.sequenceNumber + 1) & 0xffff;
          return this.expire(nowMs);
        }
        this.#restartAt(packet);
        this.#reset(outputs);
      } else if (ahead > 0x8000) {
        this.#countPast(packet.sequenceNumber);
        return this.expire(nowMs);
      }
    }
    this.#confirming = undefined;
    this.#place(packet, nowMs, outputs);
    this.#giveUp(nowMs, outputs);
    return outputs;
  }

  /** Gives up holes that are older than `maxWaitMs`. Call it now and then, as no packet may come to push them out. */
  expire(nowMs: number): JitterOutput[] {
    const outputs: JitterOutput[] = [];
    this.#giveUp(nowMs, outputs);
    return outputs;
  }

  /** Zeroes and forgets held packets. The next packet starts anew. */
  clear(): void {
    for (const { packet } of this.#held.values()) packet.payload.fill(0);
    this.#held.clear();
    this.#recent.length = 0;
    this.#ssrc = undefined;
    this.#confirming = undefined;
  }

  #restartAt(packet: RtpPacket): void {
    this.clear();
    this.#ssrc = packet.ssrc;
    this.#expected = packet.sequenceNumber;
  }

  #reset(outputs: JitterOutput[]): void {
    this.#resets += 1;
    outputs.push({ kind: 'reset' });
  }

  #countPast(sequenceNumber: number): void {
    if (this.#recent.includes(sequenceNumber)) this.#duplicate += 1;
    else this.#late += 1;
  }

  #place(packet: RtpPacket, nowMs: number, outputs: JitterOutput[]): void {
    if (packet.sequenceNumber === this.#expected) {
      this.#emit(packet, outputs);
      this.#emitHeld(outputs);
    } else if (this.#held.has(packet.sequenceNumber)) {
      this.#duplicate += 1;
    } else {
      // Not `slice()`: on a Buffer, which is what a socket gives, that is only a view.
      const copy = { ...packet, payload: Uint8Array.from(packet.payload) };
      this.#held.set(packet.sequenceNumber, { packet: copy, arrivedMs: nowMs });
    }
  }

  #emit(packet: RtpPacket, outputs: JitterOutput[]): void {
    outputs.push({ kind: 'packet', packet });
    this.#recent.push(packet.sequenceNumber);
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
    this.#expected = (packet.sequenceNumber + 1) & 0xffff;
  }

  #emitHeld(outputs: JitterOutput[]): void {
    for (let next = this.#held.get(this.#expected); next; next = this.#held.get(this.#expected)) {
      this.#held.delete(this.#expected);
      this.#emit(next.packet, outputs);
    }
  }

  #giveUp(nowMs: number, outputs: JitterOutput[]): void {
    while (this.#held.size > 0) {
      const nearest = this.#nearestHeld();
      if (this.#held.size <= this.#maxHeld && nowMs - nearest.oldestMs < this.#maxWaitMs) return;
      this.#lost += nearest.missing;
      outputs.push({ kind: 'lost', count: nearest.missing });
      this.#expected = (this.#expected + nearest.missing) & 0xffff;
      this.#emitHeld(outputs);
    }
  }

  /** How many packets are missing before the nearest held one, and when the first held one came. */
  #nearestHeld(): { missing: number; oldestMs: number } {
    let missing = 0x10000;
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const [sequenceNumber, { arrivedMs }] of this.#held) {
      missing = Math.min(missing, (sequenceNumber - this.#expected) & 0xffff);
      oldestMs = Math.min(oldestMs, arrivedMs);
    }
    return { missing, oldestMs };
  }
}
