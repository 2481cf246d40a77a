import { expect, test } from 'vitest';
import { decideTap, type TapClosedReason, type TapView } from '../../../server/src/tap/tap-policy.ts';

const SPEAKING: TapView = {
  consented: true,
  connected: true,
  audio: { producerId: 'microphone', paused: false },
  cameraOn: false,
  known: false,
  sidecarAvailable: true,
};

test('a consenting, connected, unmuted, audio-only, unknown speaker is listened to', () => {
  expect(decideTap(SPEAKING)).toEqual({ tap: 'open', producerId: 'microphone' });
});

const closing: readonly [change: Partial<TapView>, because: TapClosedReason][] = [
  [{ consented: false }, 'not-consented'],
  [{ connected: false }, 'not-connected'],
  [{ audio: undefined }, 'no-audio'],
  [{ audio: { producerId: 'microphone', paused: true } }, 'muted'],
  [{ cameraOn: true }, 'camera-on'],
  [{ known: true }, 'known'],
  [{ sidecarAvailable: false }, 'no-sidecar'],
];

test.each(closing)('with %o the tap is closed, because %s', (change, because) => {
  expect(decideTap({ ...SPEAKING, ...change })).toEqual({ tap: 'closed', because });
});

test('of all 96 views, exactly one opens a tap, and none without consent does', () => {
  const truths = [true, false];
  const audios: TapView['audio'][] = [
    undefined,
    { producerId: 'microphone', paused: true },
    { producerId: 'microphone', paused: false },
  ];
  const views: TapView[] = truths.flatMap((consented) =>
    truths.flatMap((connected) =>
      truths.flatMap((cameraOn) =>
        truths.flatMap((known) =>
          truths.flatMap((sidecarAvailable) =>
            audios.map((audio) => ({ consented, connected, cameraOn, known, sidecarAvailable, audio })),
          ),
        ),
      ),
    ),
  );
  expect(views).toHaveLength(96);
  expect(views.filter((view) => decideTap(view).tap === 'open')).toEqual([SPEAKING]);
  for (const view of views.filter(({ consented }) => !consented)) {
    expect(decideTap(view)).toEqual({ tap: 'closed', because: 'not-consented' });
  }
});
