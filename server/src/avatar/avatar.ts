import type { AbstentionReason, AvatarState, Style, WireFaceCode } from '@timbre/protocol';

/** How often a settled face may still be refined. */
export const REFINEMENTS_MAX = 2;
/** Milliseconds after settling from which the first refinement is taken; the second is left for convergence. */
export const REFINE_AFTER_MS = 1_500;
/** Milliseconds after settling at which listening ends, converged or not: a tap is open only until the face is known. */
export const REFINE_LIMIT_MS = 20_000;

/** One reading of a voice, with the code already as bytes (owned by the Avatar from then on). */
export interface VoiceReading {
  readonly code: WireFaceCode;
  readonly confidence: number;
  readonly progress: number;
  readonly settled: boolean;
  readonly converged: boolean;
}

type Settled = Extract<AvatarState, { state: 'settled' }>;
type Phase =
  | Exclude<AvatarState, Settled>
  | (Settled & { readonly sinceMs: number; readonly refinements: number; readonly converged: boolean });

export interface AvatarOptions {
  /** Draws a style for a participant who chose none. Never sees audio or codes. */
  readonly drawStyle: () => Style;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/**
 * What is known of one participant's avatar. Codes live here, in memory only, and are zeroed when they are replaced
 * or erased. Each method that changes what others see returns true.
 *
 *     none -> listening -> forming -> settled
 *       ^         \-> abstained -/       |
 *       \--------- withdrawn <-----------/
 */
export class Avatar {
  readonly #options: Required<AvatarOptions>;
  #phase: Phase = { state: 'none' };
  #style: Style | undefined;

  constructor(options: AvatarOptions) {
    this.#options = { now: () => performance.now(), ...options };
  }

  /** As others see it. The code's bytes are not copied: erasure reaches what is still queued for a slow socket. */
  get state(): AvatarState {
    if (this.#phase.state !== 'settled') return this.#phase;
    const { state, confidence, code, style } = this.#phase;
    return { state, confidence, code, style };
  }

  get consented(): boolean {
    return this.#phase.state !== 'none' && this.#phase.state !== 'withdrawn';
  }

  get settled(): boolean {
    return this.#phase.state === 'settled';
  }

  /** Nothing more to learn: converged, refined as often as allowed, or listened long enough. */
  get known(): boolean {
    const phase = this.#phase;
    if (phase.state !== 'settled') return false;
    if (phase.converged || phase.refinements >= REFINEMENTS_MAX) return true;
    return this.#options.now() - phase.sinceMs >= REFINE_LIMIT_MS;
  }

  /** The participant opts in. A second time it only changes the style, if one is given. */
  consent(style: Style | undefined): boolean {
    if (this.consented) return style === undefined ? false : this.setStyle(style);
    this.#style = style ?? this.#style;
    this.#phase = { state: 'listening', progress: 0, style: this.#currentStyle() };
    return true;
  }

  /** The participant opts out: the code is zeroed, the style forgotten. */
  withdraw(): boolean {
    if (!this.consented) return false;
    this.#eraseCode();
    this.#style = undefined;
    this.#phase = { state: 'withdrawn' };
    return true;
  }

  setStyle(style: Style): boolean {
    this.#style = style;
    if (this.#phase.state === 'none' || this.#phase.state === 'withdrawn') return false;
    this.#phase = { ...this.#phase, style };
    return true;
  }

  /** Voiced audio was heard, too little for a code yet. */
  hear(progress: number): boolean {
    const phase = this.#phase;
    // Forming has its own progress by its readings; an abstention ends with a reading, not with a noise.
    if (phase.state !== 'listening' || phase.progress === progress) return false;
    this.#phase = { ...phase, progress };
    return true;
  }

  /** A code came. Without consent it is zeroed at once. */
  read(reading: VoiceReading): boolean {
    const { code, confidence, progress, converged } = reading;
    const phase = this.#phase;
    if (phase.state === 'none' || phase.state === 'withdrawn' || this.known) {
      code.bytes.fill(0);
      return false;
    }
    const style = this.#currentStyle();
    if (phase.state !== 'settled') {
      this.#eraseCode();
      const sinceMs = this.#options.now();
      this.#phase = reading.settled
        ? { state: 'settled', confidence, code, style, sinceMs, refinements: 0, converged }
        : { state: 'forming', progress, confidence, code, style };
      return true;
    }
    const mayRefine = phase.refinements === 0 && this.#options.now() - phase.sinceMs >= REFINE_AFTER_MS;
    if (!reading.settled || !(converged || mayRefine)) {
      code.bytes.fill(0);
      return false;
    }
    this.#eraseCode();
    this.#phase = { ...phase, confidence, code, converged, refinements: phase.refinements + 1 };
    return true;
  }

  /** Listened, and honestly no face. The first face stays (two voices on one line). */
  abstain(reason: AbstentionReason): boolean {
    const phase = this.#phase;
    if (phase.state !== 'listening' && phase.state !== 'forming' && phase.state !== 'abstained') return false;
    if (phase.state === 'abstained' && phase.reason === reason) return false;
    this.#eraseCode();
    this.#phase = { state: 'abstained', reason, style: this.#currentStyle() };
    return true;
  }

  /** What was heard is lost (the sidecar died), or listening starts again: a face that isn't settled starts anew. */
  startAnew(): boolean {
    const phase = this.#phase;
    if (phase.state !== 'listening' && phase.state !== 'forming' && phase.state !== 'abstained') return false;
    if (phase.state === 'listening' && phase.progress === 0) return false;
    this.#eraseCode();
    this.#phase = { state: 'listening', progress: 0, style: this.#currentStyle() };
    return true;
  }

  #currentStyle(): Style {
    this.#style ??= this.#options.drawStyle();
    return this.#style;
  }

  #eraseCode(): void {
    const phase = this.#phase;
    if (phase.state === 'forming' || phase.state === 'settled') phase.code.bytes.fill(0);
  }
}
