import { type AvatarState, abstentionReason, ProtocolError, REFUSAL_REASONS } from '@timbre/protocol';
import { describe, expect, it } from 'vitest';
import { CallError } from '../../client/src/errors.ts';
import { describeAvatar, describeError, TEXT } from '../../client/src/messages.ts';

describe('messages', () => {
  it.each(REFUSAL_REASONS)('explain the refusal %s in a title and a full sentence', (reason) => {
    const { title, detail } = describeError(new ProtocolError(reason, 'for developers'));
    expect(title).toMatch(/^\p{Lu}.*[^.]$/u);
    expect(detail).toMatch(/^\p{Lu}.*\.$/u);
    expect(`${title} ${detail}`).not.toContain('for developers');
  });

  it('tell a full room, a refused token and a lost place from one another', () => {
    const titles = (['room-full', 'wrong-token', 'resume-expired', 'unknown-room', 'server-error'] as const).map(
      (reason) => describeError(new ProtocolError(reason, '')).title,
    );
    expect(new Set(titles).size).toBe(titles.length);
    expect(titles[0]).toContain('full');
  });

  it.each([
    ['NotAllowedError', 'microphone-denied', /blocked/],
    ['SecurityError', 'microphone-denied', /blocked/],
    ['NotFoundError', 'microphone-missing', /No microphone/],
    ['OverconstrainedError', 'microphone-missing', /No microphone/],
    ['NotReadableError', 'microphone-busy', /in use/],
    ['AbortError', 'microphone-busy', /in use/],
  ] as const)('explain a microphone that failed with %s', (name, reason, title) => {
    const error = CallError.device('microphone', new DOMException('', name));
    expect(error.reason).toBe(reason);
    expect(describeError(error).title).toMatch(title);
  });

  it('explain an unknown error without its inner words', () => {
    const { title, detail } = describeError(new TypeError('x is undefined'));
    expect(`${title} ${detail}`).not.toContain('undefined');
  });

  it.each(abstentionReason.options)('explain to the speaker why there is no face: %s', (reason) => {
    const avatar = { state: 'abstained', reason } as AvatarState;
    expect(describeAvatar(avatar)).toMatch(/\.$/);
  });

  it('say that nobody listens while the camera is on or the microphone is muted', () => {
    const listening = { state: 'listening', progress: 0.2 } as AvatarState;
    expect(describeAvatar(listening)).toMatch(/^Listening/);
    expect(describeAvatar(listening, { cameraOn: true })).toMatch(/^Nobody listens .*camera/);
    expect(describeAvatar(listening, { muted: true })).toMatch(/^Nobody listens .*muted/);
    expect(describeAvatar({ state: 'settled' } as AvatarState, { muted: true })).toMatch(/ready/);
  });

  it('say in one sentence what is listened to, for how long, that nothing is stored and how to withdraw', () => {
    expect(TEXT.consent.split(/[.!?]/u).filter((part) => part.trim() !== '')).toHaveLength(1);
    for (const part of [/listens to the sound of your voice/, /seconds/, /stored/, /withdraw at any time/]) {
      expect(TEXT.consent).toMatch(part);
    }
  });
});
