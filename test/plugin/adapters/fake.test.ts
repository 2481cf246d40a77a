import { fakeCallAdapter } from '../../../plugin/src/adapters/fake.ts';
import { callAdapterSuite } from '../../contract/call-adapter-suite.ts';

callAdapterSuite('tests and examples', () => {
  const adapter = fakeCallAdapter();
  const setTrack = (participantId: string, kind: 'audio' | 'video', track: MediaStreamTrack | undefined) => {
    if (kind === 'audio') adapter.setAudioTrack(participantId, track);
    else adapter.setVideoTrack(participantId, track);
  };
  return {
    adapter,
    join: (participantId, name) => adapter.join({ participantId, name }),
    leave: (participantId) => adapter.leave(participantId),
    addTrack: setTrack,
    endTrack: (participantId, kind) => setTrack(participantId, kind, undefined),
    sendAvatar: (participantId, state) => adapter.setAvatar(participantId, state),
  };
});
