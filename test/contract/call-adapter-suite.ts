/** What every call adapter must do, whatever its platform. Each adapter's test file runs it with a driver of its own. */
import { styleFromSeed } from '@timbre/models';
import type { AvatarState } from '@timbre/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CallAdapter, CallEvents } from '../../plugin/src/call-adapter.ts';

/** Makes things happen on the adapter's platform. */
export interface CallDriver {
  readonly adapter: CallAdapter;
  join(participantId: string, name: string): void;
  leave(participantId: string): void;
  /** A remote track of the participant begins to play. */
  addTrack(participantId: string, kind: 'audio' | 'video', track: MediaStreamTrack): void;
  /** The track ends, in the way that the platform ends tracks. */
  endTrack(participantId: string, kind: 'audio' | 'video'): void;
  sendAvatar(participantId: string, state: AvatarState): void;
}

/** Writes down every event. */
export function recordingEvents(): { readonly events: CallEvents; readonly log: unknown[][] } {
  const log: unknown[][] = [];
  const note =
    (name: string) =>
    (...details: unknown[]) => {
      log.push([name, ...details]);
    };
  const events: CallEvents = {
    participantJoined: note('joined'),
    participantLeft: note('left'),
    audioTrack: note('audio'),
    videoTrack: note('video'),
    avatar: note('avatar'),
  };
  return { events, log };
}

/** Adapters only pass tracks on, so that any object will do for one. */
export function trackNamed(id: string): MediaStreamTrack {
  return { id } as MediaStreamTrack;
}

const ADA = { participantId: 'ada', name: 'Ada' };
const listening: AvatarState = { state: 'listening', progress: 0.2, style: styleFromSeed('ada') };

export function callAdapterSuite(platform: string, createDriver: () => CallDriver): void {
  describe(`the call adapter for ${platform}`, () => {
    let driver: CallDriver;
    let events: CallEvents;
    let log: unknown[][];

    beforeEach(() => {
      driver = createDriver();
      ({ events, log } = recordingEvents());
    });

    it('tells who joins, plays, sends an avatar and leaves, in this order', () => {
      const [audio, video] = [trackNamed('a'), trackNamed('v')];
      driver.adapter.start(events);
      driver.join('ada', 'Ada');
      driver.addTrack('ada', 'audio', audio);
      driver.addTrack('ada', 'video', video);
      driver.sendAvatar('ada', listening);
      driver.leave('ada');
      expect(log).toEqual([
        ['joined', ADA],
        ['audio', 'ada', audio],
        ['video', 'ada', video],
        ['avatar', 'ada', listening],
        ['left', 'ada'],
      ]);
    });

    it('tells a plugin that starts late all that is known', () => {
      const audio = trackNamed('a');
      driver.join('ada', 'Ada');
      driver.addTrack('ada', 'audio', audio);
      driver.sendAvatar('ada', listening);
      driver.join('grace', 'Grace');
      driver.leave('grace');
      driver.adapter.start(events);
      expect(log).toEqual([
        ['joined', ADA],
        ['audio', 'ada', audio],
        ['avatar', 'ada', listening],
      ]);
    });

    it('is silent after stop and starts again with the present', () => {
      driver.adapter.start(events);
      driver.join('ada', 'Ada');
      driver.adapter.stop();
      log.length = 0;
      const audio = trackNamed('a');
      driver.addTrack('ada', 'audio', audio);
      driver.join('grace', 'Grace');
      expect(log).toEqual([]);
      driver.adapter.start(events);
      expect(log).toEqual([
        ['joined', ADA],
        ['audio', 'ada', audio],
        ['joined', { participantId: 'grace', name: 'Grace' }],
      ]);
      driver.adapter.stop();
      driver.adapter.stop();
    });

    it('tells when a track ends, once', () => {
      driver.adapter.start(events);
      driver.join('ada', 'Ada');
      driver.addTrack('ada', 'audio', trackNamed('a'));
      driver.addTrack('ada', 'video', trackNamed('v'));
      log.length = 0;
      driver.endTrack('ada', 'video');
      driver.endTrack('ada', 'video');
      expect(log).toEqual([['video', 'ada', undefined]]);
    });

    it('replaces a track by a newer one', () => {
      const [first, second] = [trackNamed('1'), trackNamed('2')];
      driver.adapter.start(events);
      driver.join('ada', 'Ada');
      driver.addTrack('ada', 'audio', first);
      driver.addTrack('ada', 'audio', second);
      expect(log.slice(1)).toEqual([
        ['audio', 'ada', first],
        ['audio', 'ada', second],
      ]);
    });

    it('says nothing of participants who are not in the call', () => {
      driver.adapter.start(events);
      driver.addTrack('nobody', 'audio', trackNamed('a'));
      driver.sendAvatar('nobody', listening);
      driver.leave('nobody');
      driver.join('ada', 'Ada');
      driver.leave('ada');
      driver.sendAvatar('ada', listening);
      driver.addTrack('ada', 'audio', trackNamed('a'));
      expect(log).toEqual([
        ['joined', ADA],
        ['left', 'ada'],
      ]);
    });

    it('forgets the avatar, not the tracks, of a participant who joins again', () => {
      const audio = trackNamed('a');
      driver.join('ada', 'Ada');
      driver.addTrack('ada', 'audio', audio);
      driver.sendAvatar('ada', listening);
      driver.join('ada', 'Ada Lovelace');
      driver.adapter.start(events);
      expect(log).toEqual([
        ['joined', { participantId: 'ada', name: 'Ada Lovelace' }],
        ['audio', 'ada', audio],
      ]);
    });
  });
}
