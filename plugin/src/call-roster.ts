/** What an adapter knows of the call, so that a plugin that starts late (or again) is told all of it. */
import type { AvatarState } from '@timbre/protocol';
import type { CallEvents, CallParticipant } from './call-adapter.ts';

interface RosterEntry {
  participant: CallParticipant;
  audioTrack?: MediaStreamTrack | undefined;
  videoTrack?: MediaStreamTrack | undefined;
  avatar?: AvatarState | undefined;
}

/**
 * Remembers the latest of everything and passes changes on while started. Adapters are built on it: it makes the order
 * of events the same on every platform (joined, tracks, avatar; nothing about participants who aren't in the call).
 */
export class CallRoster {
  readonly #entries = new Map<string, RosterEntry>();
  #events: CallEvents | undefined;

  start(events: CallEvents): void {
    this.#events = events;
    for (const [participantId, entry] of this.#entries) {
      events.participantJoined(entry.participant);
      if (entry.audioTrack) events.audioTrack(participantId, entry.audioTrack);
      if (entry.videoTrack) events.videoTrack(participantId, entry.videoTrack);
      if (entry.avatar) events.avatar(participantId, entry.avatar);
    }
  }

  stop(): void {
    this.#events = undefined;
  }

  has(participantId: string): boolean {
    return this.#entries.has(participantId);
  }

  /** A participant already known keeps the tracks; the avatar is forgotten, as a fresh snapshot follows. */
  participantJoined(participant: CallParticipant): void {
    const known = this.#entries.get(participant.participantId);
    this.#entries.set(participant.participantId, { ...known, participant, avatar: undefined });
    this.#events?.participantJoined(participant);
  }

  participantLeft(participantId: string): void {
    if (this.#entries.delete(participantId)) this.#events?.participantLeft(participantId);
  }

  audioTrack(participantId: string, track: MediaStreamTrack | undefined): void {
    const entry = this.#entries.get(participantId);
    if (!entry || entry.audioTrack === track) return;
    entry.audioTrack = track;
    this.#events?.audioTrack(participantId, track);
  }

  videoTrack(participantId: string, track: MediaStreamTrack | undefined): void {
    const entry = this.#entries.get(participantId);
    if (!entry || entry.videoTrack === track) return;
    entry.videoTrack = track;
    this.#events?.videoTrack(participantId, track);
  }

  avatar(participantId: string, state: AvatarState): void {
    const entry = this.#entries.get(participantId);
    if (!entry) return;
    entry.avatar = state;
    this.#events?.avatar(participantId, state);
  }
}
