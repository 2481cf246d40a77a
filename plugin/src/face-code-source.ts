/** Avatar messages in, the latest true state per participant out. Late, doubled and unreadable ones are dropped here. */
import { type FaceCode, faceCodeFromBytes, MODEL_CONTRACT_VERSION } from '@timbre/models';
import { type AbstentionReason, type AvatarState, admitEvent, type Style, type WireFaceCode } from '@timbre/protocol';
import { PluginError } from './errors.ts';

/** What a tile may be told of a participant's avatar: the protocol's state with the code read from its bytes. */
export type SeenAvatar =
  | { readonly state: 'none' }
  | { readonly state: 'withdrawn' }
  | { readonly state: 'listening'; readonly progress: number; readonly style: Style }
  | { readonly state: 'abstained'; readonly reason: AbstentionReason; readonly style: Style }
  | {
      readonly state: 'forming';
      readonly progress: number;
      readonly confidence: number;
      readonly code: FaceCode;
      readonly style: Style;
    }
  | { readonly state: 'settled'; readonly confidence: number; readonly code: FaceCode; readonly style: Style };

/** What became of a message. `error` beside a change: the participant is shown as initials because of it. */
export type MessageOutcome =
  | { readonly outcome: 'changed'; readonly avatar: SeenAvatar; readonly error?: PluginError }
  | { readonly outcome: 'dropped'; readonly why: 'stale' | 'duplicate' }
  | { readonly outcome: 'dropped'; readonly why: 'malformed'; readonly error: PluginError };

interface Known {
  readonly wire: AvatarState;
  readonly avatar: SeenAvatar;
}

export interface FaceCodeSourceOptions {
  /** The model contract's version of the weights at hand. Default: the one this plugin was built for. */
  readonly contractVersion?: number;
}

/**
 * Stale is what can't follow from the state known (messages may overtake each other on data channels):
 * a code after `none` or `withdrawn` with no `listening` between, so that a late message never brings a withdrawn face
 * back; `forming` after `settled`; `forming` with less progress than before.
 */
export class FaceCodeSource {
  readonly #contractVersion: number;
  readonly #known = new Map<string, Known>();
  #dropped = 0;

  constructor({ contractVersion = MODEL_CONTRACT_VERSION }: FaceCodeSourceOptions = {}) {
    this.#contractVersion = contractVersion;
  }

  /** Messages dropped so far, for whatever reason. */
  get dropped(): number {
    return this.#dropped;
  }

  latest(participantId: string): SeenAvatar {
    return this.#known.get(participantId)?.avatar ?? { state: 'none' };
  }

  /** Takes one message; `message` is validated here, at the door. */
  push(participantId: string, message: unknown): MessageOutcome {
    let wire: AvatarState;
    let avatar: SeenAvatar;
    try {
      wire = ownCopy(admitEvent('avatar', { participantId, avatar: message }).avatar);
    } catch (error) {
      return this.#malformed(participantId, error);
    }
    const known = this.#known.get(participantId);
    if (known && sameState(known.wire, wire)) return this.#drop('duplicate');
    if (known && isStale(known.wire, wire)) return this.#drop('stale');

    if ('code' in wire && wire.code.contract !== this.#contractVersion) {
      const error = PluginError.wrongContract(participantId, wire.code.contract, this.#contractVersion);
      avatar = { state: 'none' };
      this.#erase(participantId);
      this.#known.set(participantId, { wire, avatar });
      return { outcome: 'changed', avatar, error };
    }
    try {
      avatar = 'code' in wire ? { ...wire, code: faceCodeFromBytes(wire.code.bytes) } : wire;
    } catch (error) {
      return this.#malformed(participantId, error);
    }
    this.#erase(participantId);
    this.#known.set(participantId, { wire, avatar });
    return { outcome: 'changed', avatar };
  }

  /** The participant left or begins anew: the next message is taken as it is. */
  forget(participantId: string): void {
    this.#erase(participantId);
    this.#known.delete(participantId);
  }

  clear(): void {
    for (const participantId of [...this.#known.keys()]) this.forget(participantId);
  }

  /** Zeroes the code that was known. */
  #erase(participantId: string): void {
    const known = this.#known.get(participantId);
    if (known && 'code' in known.avatar) known.avatar.code.fill(0);
    if (known && 'code' in known.wire) known.wire.code.bytes.fill(0);
  }

  #drop(why: 'stale' | 'duplicate'): MessageOutcome {
    this.#dropped += 1;
    return { outcome: 'dropped', why };
  }

  #malformed(participantId: string, cause: unknown): MessageOutcome {
    this.#dropped += 1;
    return { outcome: 'dropped', why: 'malformed', error: PluginError.malformedMessage(participantId, cause) };
  }
}

/** The bytes are zeroed here when they aren't needed any more; the sender's own must stay as they are. */
function ownCopy(state: AvatarState): AvatarState {
  return 'code' in state ? { ...state, code: { ...state.code, bytes: state.code.bytes.slice() } } : state;
}

function isStale(known: AvatarState, next: AvatarState): boolean {
  const withoutFace = known.state === 'none' || known.state === 'withdrawn';
  if (withoutFace) return next.state === 'forming' || next.state === 'settled';
  if (next.state !== 'forming') return false;
  return known.state === 'settled' || (known.state === 'forming' && next.progress < known.progress);
}

function sameState(a: AvatarState, b: AvatarState): boolean {
  if (a.state !== b.state) return false;
  const { code: codeA, ...restA } = a as AvatarState & { code?: WireFaceCode };
  const { code: codeB, ...restB } = b as AvatarState & { code?: WireFaceCode };
  return JSON.stringify(restA) === JSON.stringify(restB) && sameCode(codeA, codeB);
}

function sameCode(a: WireFaceCode | undefined, b: WireFaceCode | undefined): boolean {
  if (!a || !b) return a === b;
  if (a.contract !== b.contract || a.bytes.byteLength !== b.bytes.byteLength) return false;
  return a.bytes.every((byte, index) => byte === b.bytes[index]);
}
