import { mediasoupClientAdapter } from '@timbre/plugin/adapters/mediasoup-client';
import { describe, expect, it } from 'vitest';
import { CallMedia } from '../../client/src/call-media.ts';
import { Roster } from '../../client/src/roster.ts';

/** A captured track: live until it is stopped or its device is pulled out. */
class CapturedTrack extends EventTarget {
  readyState: 'live' | 'ended' = 'live';
  enabled = true;

  stop(): void {
    this.readyState = 'ended';
  }

  pullOut(): void {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }
}

const captured = () => new CapturedTrack() as CapturedTrack & MediaStreamTrack;

function mediaOf(camera?: MediaStreamTrack) {
  const roster = new Roster();
  roster.addSelf('me', 'Me');
  const media = new CallMedia({ roster, adapter: mediasoupClientAdapter(), camera });
  media.settle('me');
  return { roster, media };
}

describe('what a participant sends', () => {
  it('releases camera and microphone that the browser gives only after the call', async () => {
    const { media } = mediaOf();
    media.close();
    const [camera, microphone] = [captured(), captured()];
    await media.setCamera(camera);
    await media.replaceMicrophone(microphone);
    expect([camera.readyState, microphone.readyState]).toEqual(['ended', 'ended']);
    expect([media.camera, media.microphone]).toEqual([undefined, undefined]);
  });

  it('shows the avatar again when the camera is pulled out', () => {
    const camera = captured();
    const { roster, media } = mediaOf(camera);
    expect(roster.get('me')?.video).toBe(camera);
    camera.pullOut();
    expect(roster.get('me')?.video).toBeUndefined();
    expect(media.camera).toBeUndefined();
  });

  it('stops a camera that another one replaced, and a late farewell of the old one changes nothing', async () => {
    const [before, after] = [captured(), captured()];
    const { roster, media } = mediaOf(before);
    await media.setCamera(after);
    before.pullOut();
    expect(before.readyState).toBe('ended');
    expect(roster.get('me')?.video).toBe(after);
  });
});
