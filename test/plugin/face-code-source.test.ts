import { faceCodeToBytes, styleFromSeed } from '@timbre/models';
import type { AvatarState } from '@timbre/protocol';
import { describe, expect, it } from 'vitest';
import { FaceCodeSource } from '../../plugin/src/face-code-source.ts';

const style = styleFromSeed('ada');
const bytes = (value: number) => faceCodeToBytes(new Float32Array(128).fill(value));
const listening = (progress: number): AvatarState => ({ state: 'listening', progress, style });
const forming = (progress: number, value = 0.5, contract = 1): AvatarState => ({
  state: 'forming',
  progress,
  confidence: progress,
  code: { contract, bytes: bytes(value) },
  style,
});
const settled = (value = 0.5, contract = 1): AvatarState => ({
  state: 'settled',
  confidence: 0.9,
  code: { contract, bytes: bytes(value) },
  style,
});

function sourceAfter(...states: readonly AvatarState[]): FaceCodeSource {
  const source = new FaceCodeSource();
  for (const state of states) source.push('ada', state);
  return source;
}

describe('the face code source', () => {
  it('reads the code from its bytes', () => {
    const outcome = new FaceCodeSource().push('ada', forming(0.4, 0.25));
    expect(outcome).toMatchObject({ outcome: 'changed', avatar: { state: 'forming', progress: 0.4 } });
    if (outcome.outcome !== 'changed' || outcome.avatar.state !== 'forming') throw new Error('not forming');
    expect([...outcome.avatar.code]).toEqual(new Array(128).fill(0.25));
  });

  it('takes the first message of a participant as it is: a late joiner sees a settled face', () => {
    expect(new FaceCodeSource().push('ada', settled()).outcome).toBe('changed');
  });

  it('drops a duplicate, but not the same face in another style', () => {
    const source = sourceAfter(listening(0.1), settled());
    expect(source.push('ada', settled())).toEqual({ outcome: 'dropped', why: 'duplicate' });
    const restyled = { ...settled(), style: styleFromSeed('another') };
    expect(source.push('ada', restyled).outcome).toBe('changed');
    expect(source.dropped).toBe(1);
  });

  it('drops stale messages: forming after settled, forming with less progress', () => {
    expect(sourceAfter(settled()).push('ada', forming(0.9))).toEqual({ outcome: 'dropped', why: 'stale' });
    expect(sourceAfter(forming(0.6)).push('ada', forming(0.4))).toEqual({ outcome: 'dropped', why: 'stale' });
    expect(sourceAfter(forming(0.6), listening(0)).push('ada', forming(0.4)).outcome).toBe('changed');
  });

  it('never lets a late code bring a withdrawn face back; a new consent does', () => {
    const source = sourceAfter(settled(), { state: 'withdrawn' });
    expect(source.push('ada', settled())).toEqual({ outcome: 'dropped', why: 'stale' });
    expect(source.push('ada', forming(0.9))).toEqual({ outcome: 'dropped', why: 'stale' });
    expect(source.latest('ada')).toEqual({ state: 'withdrawn' });
    expect(source.push('ada', listening(0)).outcome).toBe('changed');
    expect(source.push('ada', forming(0.4)).outcome).toBe('changed');
  });

  it('zeroes a code that is known no more, and leaves the sender its own bytes', () => {
    const source = new FaceCodeSource();
    const message = settled(0.5);
    source.push('ada', message);
    const seen = source.latest('ada');
    source.push('ada', { state: 'withdrawn' });
    if (seen.state !== 'settled' || message.state !== 'settled') throw new Error('not settled');
    expect(seen.code.every((value) => value === 0)).toBe(true);
    expect(message.code.bytes).toEqual(bytes(0.5));
  });

  it('V4 shows initials for a code of another contract, and says so', () => {
    const outcome = sourceAfter(listening(0.2)).push('ada', settled(0.5, 2));
    expect(outcome).toMatchObject({
      outcome: 'changed',
      avatar: { state: 'none' },
      error: { reason: 'wrong-contract' },
    });
  });

  it('zeroes the code before when one of another contract replaces it', () => {
    const source = sourceAfter(settled());
    const seen = source.latest('ada');
    source.push('ada', settled(0.5, 2));
    if (seen.state !== 'settled') throw new Error('not settled');
    expect(seen.code.every((value) => value === 0)).toBe(true);
    expect(source.latest('ada')).toEqual({ state: 'none' });
  });

  it('drops what does not fit the protocol or the code length, and keeps what it knew', () => {
    const source = sourceAfter(settled());
    const short = { ...settled(), code: { contract: 1, bytes: new Uint8Array(20) } };
    for (const message of [
      null,
      7,
      {},
      { state: 'settled' },
      { state: 'unheard-of' },
      { ...settled(), more: 1 },
      short,
    ]) {
      expect(source.push('ada', message)).toMatchObject({ why: 'malformed', error: { reason: 'malformed-message' } });
    }
    expect(source.latest('ada').state).toBe('settled');
  });

  it('keeps participants apart and forgets one without the others', () => {
    const source = sourceAfter(settled());
    source.push('grace', listening(0.3));
    source.forget('ada');
    expect(source.latest('ada')).toEqual({ state: 'none' });
    expect(source.latest('grace').state).toBe('listening');
    expect(source.push('ada', forming(0.2)).outcome).toBe('changed');
  });
});
