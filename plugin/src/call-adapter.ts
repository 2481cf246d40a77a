/** What a call platform tells the plugin, and how it is asked to begin. One file in adapters/ per platform. */
import type { AvatarState } from '@timbre/protocol';

export interface CallParticipant {
  /** The same id under which the host mounts the tile and the server sends avatar states. */
  readonly participantId: string;
  /** As shown to people. */
  readonly name: string;
}

/** The plugin's side of the call. Adapters call these; none of them throws. */
export interface CallEvents {
  /** Said again for a participant already in the call, it begins anew: what was known of the avatar is forgotten. */
  participantJoined(participant: CallParticipant): void;
  participantLeft(participantId: string): void;
  /** The audio track that is being *played* here, so that lips and sound can't drift; undefined when there is none. */
  audioTrack(participantId: string, track: MediaStreamTrack | undefined): void;
  /** A live camera; while there is one, the tile rests. */
  videoTrack(participantId: string, track: MediaStreamTrack | undefined): void;
  /** As received. The plugin validates it, whatever the adapter did. */
  avatar(participantId: string, state: AvatarState): void;
}

/**
 * A call platform. `start` first tells everything that is known already (participants, tracks, avatars), then what
 * changes. After `stop` no event is called; `start` may follow again.
 */
export interface CallAdapter {
  start(events: CallEvents): void;
  stop(): void;
}
