import { styleFromSeed } from '@timbre/models';
import { expect, test } from 'vitest';
import {
  Avatar,
  REFINE_AFTER_MS,
  REFINE_LIMIT_MS,
  REFINEMENTS_MAX,
  type VoiceReading,
} from '../../../server/src/avatar/avatar.ts';

const STYLE = styleFromSeed('drawn');

function avatarAt(clock: { nowMs: number } = { nowMs: 0 }): Avatar {
  return new Avatar({ drawStyle: () => STYLE, now: () => clock.nowMs });
}

function reading(fill: number, rest: Partial<VoiceReading> = {}): VoiceReading {
  const code = { contract: 1, bytes: new Uint8Array(8).fill(fill) };
  return { code, confidence: 0.5, progress: 0.5, settled: false, converged: false, ...rest };
}

const isZeroed = ({ code }: VoiceReading) => code.bytes.every((byte) => byte === 0);

test('an avatar begins with none, listens after consent, forms, settles', () => {
  const avatar = avatarAt();
  expect(avatar.state).toEqual({ state: 'none' });
  expect(avatar.consent(undefined)).toBe(true);
  expect(avatar.state).toEqual({ state: 'listening', progress: 0, style: STYLE });
  expect(avatar.hear(0.2)).toBe(true);
  expect(avatar.read(reading(1))).toBe(true);
  expect(avatar.state).toMatchObject({ state: 'forming', progress: 0.5, confidence: 0.5, style: STYLE });
  expect(avatar.read(reading(2, { settled: true, confidence: 0.8 }))).toBe(true);
  expect(avatar.state).toMatchObject({ state: 'settled', confidence: 0.8, code: { contract: 1 } });
  expect(Object.keys(avatar.state).sort()).toEqual(['code', 'confidence', 'state', 'style']);
});

test('without consent a code is zeroed at once, and nothing is known', () => {
  const avatar = avatarAt();
  const early = reading(1, { settled: true });
  expect(avatar.read(early)).toBe(false);
  expect(isZeroed(early)).toBe(true);
  expect(avatar.state).toEqual({ state: 'none' });
  expect([avatar.hear(0.5), avatar.abstain('no-speech'), avatar.startAnew(), avatar.withdraw()]).not.toContain(true);
});

test('each code is zeroed as the next replaces it, and the last by withdrawal', () => {
  const avatar = avatarAt();
  avatar.consent(undefined);
  const codes = [reading(1), reading(2), reading(3, { settled: true })];
  for (const code of codes) avatar.read(code);
  expect(codes.map(isZeroed)).toEqual([true, true, false]);
  expect(avatar.withdraw()).toBe(true);
  expect(codes.map(isZeroed)).toEqual([true, true, true]);
  expect(avatar.state).toEqual({ state: 'withdrawn' });
  const late = reading(4, { settled: true });
  expect(avatar.read(late)).toBe(false);
  expect(isZeroed(late)).toBe(true);
});

test('a settled face is refined at most twice: once after a while, once when it converges', () => {
  const clock = { nowMs: 0 };
  const avatar = avatarAt(clock);
  avatar.consent(undefined);
  avatar.read(reading(1, { settled: true }));
  const refine = (atMs: number, converged = false) => {
    clock.nowMs = atMs;
    return avatar.read(reading(2, { settled: true, converged }));
  };
  expect(refine(REFINE_AFTER_MS - 1)).toBe(false);
  expect(refine(REFINE_AFTER_MS)).toBe(true);
  expect(refine(REFINE_AFTER_MS + 1000)).toBe(false);
  expect(avatar.known).toBe(false);
  expect(refine(REFINE_AFTER_MS + 2000, true)).toBe(true);
  expect(avatar.known).toBe(true);
  expect(REFINEMENTS_MAX).toBe(2);
  expect(refine(REFINE_AFTER_MS + 3000, true)).toBe(false);
});

test('a face that converges as it settles is known at once', () => {
  const avatar = avatarAt();
  avatar.consent(undefined);
  avatar.read(reading(1, { settled: true, converged: true }));
  expect(avatar.known).toBe(true);
});

test('a face that never converges counts as known after the limit', () => {
  const clock = { nowMs: 0 };
  const avatar = avatarAt(clock);
  avatar.consent(undefined);
  avatar.read(reading(1, { settled: true }));
  clock.nowMs = REFINE_LIMIT_MS - 1;
  expect(avatar.known).toBe(false);
  clock.nowMs = REFINE_LIMIT_MS;
  expect(avatar.known).toBe(true);
});

test('a settled face survives abstention, loss and earlier readings', () => {
  const avatar = avatarAt({ nowMs: 5000 });
  avatar.consent(undefined);
  const face = reading(7, { settled: true });
  avatar.read(face);
  expect(avatar.abstain('two-voices')).toBe(false);
  expect(avatar.startAnew()).toBe(false);
  expect(avatar.hear(0.1)).toBe(false);
  expect(avatar.read(reading(1))).toBe(false);
  expect(isZeroed(face)).toBe(false);
});

test('a forming face falls back to listening when the sidecar is lost, and its code is zeroed', () => {
  const avatar = avatarAt();
  avatar.consent(undefined);
  const forming = reading(1);
  avatar.read(forming);
  expect(avatar.startAnew()).toBe(true);
  expect(avatar.state).toEqual({ state: 'listening', progress: 0, style: STYLE });
  expect(isZeroed(forming)).toBe(true);
  expect(avatar.startAnew()).toBe(false);
});

test('a style is the chosen one, kept for consent to come, and forgotten by withdrawal', () => {
  const avatar = avatarAt();
  const chosen = styleFromSeed('chosen');
  expect(avatar.setStyle(chosen)).toBe(false);
  avatar.consent(undefined);
  expect(avatar.state).toMatchObject({ style: chosen });
  avatar.withdraw();
  avatar.consent(undefined);
  expect(avatar.state).toMatchObject({ style: STYLE });
  expect(avatar.consent(chosen)).toBe(true);
  expect(avatar.state).toMatchObject({ state: 'listening', style: chosen });
});
