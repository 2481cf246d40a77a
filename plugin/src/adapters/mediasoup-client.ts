/** Calls over mediasoup-client, whatever the signalling: the host says who joined and hands its Consumers over. */
import { admitEvent } from '@timbre/protocol';
import type { CallAdapter, CallParticipant } from '../call-adapter.ts';
import { CallRoster } from '../call-roster.ts';

/** The part of mediasoup-client's Consumer (3.x) that is used. */
export interface MediasoupConsumer {
  readonly id: string;
  readonly kind: 'audio' | 'video';
  readonly track: MediaStreamTrack;
  readonly closed: boolean;
  readonly observer: { on(event: 'close' | 'trackended', listener: () => void): unknown };
}

export interface MediasoupClientAdapter extends CallAdapter {
  participantJoined(participant: CallParticipant): void;
  /** Forgets the participant and the Consumers; they may be closed before or after. */
  participantLeft(participantId: string): void;
  /**
   * A Consumer of a participant who joined. It is removed by itself when it closes or its track ends. Of several audio
   * (or video) Consumers of one participant the newest counts.
   */
  addConsumer(participantId: string, consumer: MediasoupConsumer): void;
  removeConsumer(participantId: string, consumer: MediasoupConsumer): void;
  /** One's own microphone or camera, for one's own tile; undefined when it stops. The plugin never plays it aloud. */
  setLocalTrack(participantId: string, kind: 'audio' | 'video', track: MediaStreamTrack | undefined): void;
  /** An `avatar` event as it came from the server. Throws ProtocolError `malformed`. */
  avatarMessage(message: unknown): void;
}

/** Makes an adapter; give it to `createAvatarPlugin` and call its methods from your signalling. */
export function mediasoupClientAdapter(): MediasoupClientAdapter {
  const roster = new CallRoster();
  /** Open Consumers per participant, oldest first. */
  const consumers = new Map<string, MediasoupConsumer[]>();

  function tellTrack(participantId: string, kind: 'audio' | 'video'): void {
    const newest = consumers.get(participantId)?.findLast((consumer) => consumer.kind === kind);
    if (kind === 'audio') roster.audioTrack(participantId, newest?.track);
    else roster.videoTrack(participantId, newest?.track);
  }

  function removeConsumer(participantId: string, consumer: MediasoupConsumer): void {
    const open = consumers.get(participantId);
    const index = open?.indexOf(consumer) ?? -1;
    if (!open || index < 0) return;
    open.splice(index, 1);
    tellTrack(participantId, consumer.kind);
  }

  return {
    start: (events) => roster.start(events),
    stop: () => roster.stop(),
    participantJoined: (participant) => roster.participantJoined(participant),
    participantLeft(participantId) {
      consumers.delete(participantId);
      roster.participantLeft(participantId);
    },
    addConsumer(participantId, consumer) {
      if (consumer.closed || !roster.has(participantId)) return;
      const open = consumers.get(participantId) ?? [];
      if (open.includes(consumer)) return;
      consumers.set(participantId, [...open, consumer]);
      const remove = () => removeConsumer(participantId, consumer);
      consumer.observer.on('close', remove);
      consumer.observer.on('trackended', remove);
      tellTrack(participantId, consumer.kind);
    },
    removeConsumer,
    setLocalTrack(participantId, kind, track) {
      if (kind === 'audio') roster.audioTrack(participantId, track);
      else roster.videoTrack(participantId, track);
    },
    avatarMessage(message) {
      const { participantId, avatar } = admitEvent('avatar', message);
      roster.avatar(participantId, avatar);
    },
  };
}
