import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup-client';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type MediasoupConsumer, mediasoupClientAdapter } from '../../../plugin/src/adapters/mediasoup-client.ts';
import { callAdapterSuite, recordingEvents, trackNamed } from '../../contract/call-adapter-suite.ts';

/** As mediasoup-client's Consumer: closing emits `close` on the observer. */
class OpenConsumer implements MediasoupConsumer {
  readonly id = crypto.randomUUID();
  readonly observer = new EventEmitter();
  readonly kind: 'audio' | 'video';
  readonly track: MediaStreamTrack;
  closed = false;

  constructor(kind: 'audio' | 'video', track: MediaStreamTrack) {
    this.kind = kind;
    this.track = track;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.observer.emit('close');
  }
}

callAdapterSuite('mediasoup-client', () => {
  const adapter = mediasoupClientAdapter();
  const consumers: OpenConsumer[] = [];
  return {
    adapter,
    join: (participantId, name) => adapter.participantJoined({ participantId, name }),
    leave: (participantId) => adapter.participantLeft(participantId),
    addTrack(participantId, kind, track) {
      const consumer = new OpenConsumer(kind, track);
      consumers.push(consumer);
      adapter.addConsumer(participantId, consumer);
    },
    endTrack: (_participantId, kind) => consumers.findLast((consumer) => consumer.kind === kind)?.close(),
    sendAvatar: (participantId, avatar) => adapter.avatarMessage({ participantId, avatar }),
  };
});

describe('the mediasoup-client adapter', () => {
  it('takes the Consumers of the real library', () => {
    expectTypeOf<types.Consumer>().toExtend<MediasoupConsumer>();
  });

  it('falls back to the older Consumer when the newer one closes, and takes an ended track for a closed one', () => {
    const adapter = mediasoupClientAdapter();
    const { events, log } = recordingEvents();
    const [microphone, screen] = [trackNamed('microphone'), trackNamed('screen')];
    const [first, second] = [new OpenConsumer('audio', microphone), new OpenConsumer('audio', screen)];
    adapter.start(events);
    adapter.participantJoined({ participantId: 'ada', name: 'Ada' });
    adapter.addConsumer('ada', first);
    adapter.addConsumer('ada', second);
    second.close();
    first.observer.emit('trackended');
    expect(log.slice(1)).toEqual([
      ['audio', 'ada', microphone],
      ['audio', 'ada', screen],
      ['audio', 'ada', microphone],
      ['audio', 'ada', undefined],
    ]);
  });

  it('ignores a Consumer that is closed already', () => {
    const adapter = mediasoupClientAdapter();
    const { events, log } = recordingEvents();
    const consumer = new OpenConsumer('audio', trackNamed('a'));
    consumer.close();
    adapter.start(events);
    adapter.participantJoined({ participantId: 'ada', name: 'Ada' });
    adapter.addConsumer('ada', consumer);
    expect(log).toHaveLength(1);
  });

  it("gives one's own tile the local microphone", () => {
    const adapter = mediasoupClientAdapter();
    const { events, log } = recordingEvents();
    const microphone = trackNamed('microphone');
    adapter.participantJoined({ participantId: 'me', name: 'Me' });
    adapter.setLocalTrack('me', 'audio', microphone);
    adapter.start(events);
    expect(log[1]).toEqual(['audio', 'me', microphone]);
  });

  it('refuses avatar messages that do not fit the protocol', () => {
    const adapter = mediasoupClientAdapter();
    for (const message of [
      undefined,
      {},
      { participantId: 'ada' },
      { participantId: '?', avatar: { state: 'none' } },
    ]) {
      expect(() => adapter.avatarMessage(message)).toThrow(expect.objectContaining({ reason: 'malformed' }));
    }
  });
});
