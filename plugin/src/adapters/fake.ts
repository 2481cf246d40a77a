/** A call without a network, driven by hand: for tests, examples and previews. */
import type { AvatarState } from '@timbre/protocol';
import type { CallAdapter, CallParticipant } from '../call-adapter.ts';
import { CallRoster } from '../call-roster.ts';

export interface FakeCallAdapter extends CallAdapter {
  join(participant: CallParticipant): void;
  leave(participantId: string): void;
  setAudioTrack(participantId: string, track: MediaStreamTrack | undefined): void;
  setVideoTrack(participantId: string, track: MediaStreamTrack | undefined): void;
  setAvatar(participantId: string, state: AvatarState): void;
}

/** Participants, tracks and avatars are what the caller says they are. */
export function fakeCallAdapter(): FakeCallAdapter {
  const roster = new CallRoster();
  return {
    start: (events) => roster.start(events),
    stop: () => roster.stop(),
    join: (participant) => roster.participantJoined(participant),
    leave: (participantId) => roster.participantLeft(participantId),
    setAudioTrack: (participantId, track) => roster.audioTrack(participantId, track),
    setVideoTrack: (participantId, track) => roster.videoTrack(participantId, track),
    setAvatar: (participantId, state) => roster.avatar(participantId, state),
  };
}
