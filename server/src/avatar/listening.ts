import type { AvatarState, Style } from '@timbre/protocol';
import type { types } from 'mediasoup';
import type { ParticipantTap, TapSubject } from '../tap/participant-tap.ts';
import type { TapReport } from '../tap/tap-link.ts';
import type { TapView } from '../tap/tap-policy.ts';
import type { Taps } from '../tap/taps.ts';
import { Avatar, type AvatarOptions, REFINE_LIMIT_MS } from './avatar.ts';

/** Milliseconds without any live sidecar after which a participant is told so, instead of being left to wait. */
export const NO_INFERENCE_AFTER_MS = 5_000;

export interface ListeningOptions extends AvatarOptions {
  readonly participantId: string;
  readonly taps: Taps;
  /** The participant's presence and media, as the tap policy asks for them. */
  readonly view: () => Pick<TapView, 'connected' | 'audio' | 'cameraOn'>;
  /** The Router that the participant's Producers are on; undefined while the room re-forms. */
  readonly router: () => types.Router | undefined;
  /** Others must be told of the new avatar state. */
  readonly onChanged: (avatar: AvatarState) => void;
}

/** One participant's consent, and what follows from it: the tap opens and closes, the avatar forms. */
export class Listening implements TapSubject {
  readonly participantId: string;
  readonly #options: ListeningOptions;
  readonly #avatar: Avatar;
  readonly #tap: ParticipantTap;
  #noInferenceTimer: NodeJS.Timeout | undefined;
  #refineLimitTimer: NodeJS.Timeout | undefined;

  constructor(options: ListeningOptions) {
    this.#options = options;
    this.participantId = options.participantId;
    this.#avatar = new Avatar(options);
    this.#tap = options.taps.add(this);
  }

  get avatar(): AvatarState {
    return this.#avatar.state;
  }

  consent(style: Style | undefined): void {
    this.#tell(this.#avatar.consent(style));
    this.review();
  }

  /**
   * Closes the tap, zeroes the code and tells everyone, at once; then resolves to true when the sidecars have
   * acknowledged erasure, to false if they didn't in time.
   */
  async withdraw(): Promise<boolean> {
    const erased = this.#tap.erase();
    this.#clearTimers();
    this.#tell(this.#avatar.withdraw());
    return await erased;
  }

  setStyle(style: Style): void {
    this.#tell(this.#avatar.setStyle(style));
  }

  /** To be called after anything that the tap policy depends on. */
  review(): void {
    this.#tap.review();
    this.#watchForInference();
  }

  view(): Omit<TapView, 'sidecarAvailable'> {
    return { ...this.#options.view(), consented: this.#avatar.consented, known: this.#avatar.known };
  }

  router(): types.Router | undefined {
    return this.#options.router();
  }

  report(report: TapReport): void {
    switch (report.type) {
      case 'progress':
        this.#tell(this.#avatar.hear(report.progress));
        break;
      case 'abstained':
        this.#tell(this.#avatar.abstain(report.reason));
        break;
      case 'reading': {
        const { contract, confidence, progress, settled, converged } = report;
        const bytes = decodeBase64(report.code);
        this.#tell(this.#avatar.read({ code: { contract, bytes }, confidence, progress, settled, converged }));
        this.#watchRefinement();
      }
    }
  }

  opened(): void {
    clearTimeout(this.#noInferenceTimer);
    this.#noInferenceTimer = undefined;
    if (this.avatar.state === 'abstained') this.#tell(this.#avatar.startAnew());
  }

  lost(): void {
    this.#tell(this.#avatar.startAnew());
    this.#watchForInference();
  }

  /** Final: closes the tap, zeroes the code. Idempotent, never throws. */
  close(): void {
    this.#clearTimers();
    this.#options.taps.remove(this.#tap);
    this.#avatar.withdraw();
  }

  #tell(changed: boolean): void {
    if (changed) this.#options.onChanged(this.#avatar.state);
  }

  /** Someone who waits for a face, with no sidecar to give one, learns it after a while. */
  #watchForInference(): void {
    const { taps } = this.#options;
    const waits = this.#avatar.state.state === 'listening' && !taps.sidecarAlive;
    if (!waits || this.#noInferenceTimer !== undefined) return;
    this.#noInferenceTimer = setTimeout(() => {
      this.#noInferenceTimer = undefined;
      const stillWaits = this.#avatar.state.state === 'listening' && !taps.sidecarAlive;
      if (stillWaits) this.#tell(this.#avatar.abstain('no-inference'));
    }, NO_INFERENCE_AFTER_MS);
  }

  /** The face may never converge: end listening all the same. */
  #watchRefinement(): void {
    if (!this.#avatar.settled || this.#refineLimitTimer !== undefined) return;
    // A little later than the limit, or a timer's rounding would find the face not known yet.
    this.#refineLimitTimer = setTimeout(() => this.review(), REFINE_LIMIT_MS + 50);
  }

  #clearTimers(): void {
    clearTimeout(this.#noInferenceTimer);
    clearTimeout(this.#refineLimitTimer);
    this.#noInferenceTimer = undefined;
    this.#refineLimitTimer = undefined;
  }
}

/** Into memory of its own: small Buffers share one pool, where a later zeroing would be another's business. */
function decodeBase64(base64: string): Uint8Array {
  const pooled = Buffer.from(base64, 'base64');
  const bytes = new Uint8Array(pooled);
  pooled.fill(0);
  return bytes;
}
