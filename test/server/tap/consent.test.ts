/** Consent, taps and faces at the SFU: real mediasoup, real socket.io, fake sidecars. */
import { styleFromSeed } from '@timbre/models';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTestSfu, TAP_SECRET, type TestSfu } from '../sfu/test-sfu.ts';
import { FakeSidecar } from './fake-sidecar.ts';

const CODE = Uint8Array.from({ length: 256 }, (_, index) => (index * 37 + 11) % 251);

let sfu: TestSfu;
let sidecar: FakeSidecar;
beforeEach(async () => {
  sidecar = await FakeSidecar.start({ secret: TAP_SECRET });
  sfu = await startTestSfu({ TIMBRE_SIDECARS: sidecar.url });
  await expect.poll(() => sfu.sidecarsAlive).toBe(1);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await sfu?.close();
  await sidecar?.close();
});

const tapOf = (index = 0) => sidecar.started[index]!.tapId;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function call() {
  const ada = await sfu.join('meet', 'ada');
  const bela = await sfu.join('meet', 'bela');
  const microphone = await ada.produce('audio');
  return { ada, bela, microphone };
}

async function consentingCall() {
  const everyone = await call();
  await everyone.ada.request('consent', { granted: true });
  await expect.poll(() => sidecar.taps.size).toBe(1);
  return everyone;
}

test('A2 without consent no tap is opened: not one PlainTransport is created', async () => {
  const { ada, bela, microphone } = await call();
  const { router } = await sfu.rooms.open.get('meet')!.media();
  const createPlainTransport = vi.spyOn(router, 'createPlainTransport');
  await ada.request('set-style', { style: styleFromSeed('any') });
  await ada.request('pause-producer', { producerId: microphone });
  await ada.request('resume-producer', { producerId: microphone });
  await bela.produce('audio');
  await pause(300);
  expect(createPlainTransport).not.toHaveBeenCalled();
  expect(sfu.taps).toEqual({ opened: 0, closed: 0, failed: 0, open: 0 });
  expect(sidecar.started).toEqual([]);
  expect(bela.events('avatar')).toEqual([]);
});

test("A1 A2 one participant's consent opens that participant's tap and no other", async () => {
  const { bela } = await consentingCall();
  await bela.produce('audio');
  await pause(200);
  expect(sfu.taps).toMatchObject({ opened: 1, open: 1 });
  expect(bela.avatarOf('bela')).toBeUndefined();
});

test('A3 A5 consent is told to everyone, the speaker too, with a style drawn from the id alone', async () => {
  const { ada, bela } = await consentingCall();
  const listening = { state: 'listening', progress: 0, style: styleFromSeed('ada') };
  expect(ada.avatarOf('ada')).toEqual(listening);
  expect(bela.avatarOf('ada')).toEqual(listening);
});

test('A5 a chosen style is kept, and changes at once when chosen anew', async () => {
  const { ada, bela } = await call();
  await ada.request('consent', { granted: true, style: styleFromSeed('chosen') });
  await bela.waitFor('avatar');
  expect(bela.avatarOf('ada')).toMatchObject({ state: 'listening', style: styleFromSeed('chosen') });
  await ada.request('set-style', { style: styleFromSeed('other') });
  await bela.waitFor('avatar', ({ avatar }) => 'style' in avatar && avatar.style.hair === styleFromSeed('other').hair);
  expect(bela.avatarOf('ada')).toMatchObject({ style: styleFromSeed('other') });
});

test('A3 the face forms in view, settles, and convergence closes the tap', async () => {
  const { bela } = await consentingCall();
  sidecar.send({ type: 'progress', tapId: tapOf(), progress: 0.2, voicedMs: 600 });
  await bela.waitFor('avatar', ({ avatar }) => avatar.state === 'listening' && avatar.progress === 0.2);
  sidecar.read(tapOf(), CODE, { progress: 0.4, confidence: 0.5 });
  const forming = await bela.waitFor('avatar', ({ avatar }) => avatar.state === 'forming');
  expect(forming.avatar).toMatchObject({ progress: 0.4, confidence: 0.5, code: { contract: 1 } });
  sidecar.read(tapOf(), CODE, { progress: 1, confidence: 0.8, settled: true });
  await bela.waitFor('avatar', ({ avatar }) => avatar.state === 'settled');
  expect(sidecar.taps.size).toBe(1);
  sidecar.read(tapOf(), CODE, { progress: 1, confidence: 0.95, settled: true, converged: true });
  await bela.waitFor('avatar', ({ avatar }) => avatar.state === 'settled' && avatar.confidence === 0.95);
  await expect.poll(() => sidecar.taps.size).toBe(0);
  const { avatar } = bela.events('avatar').at(-1)!;
  if (avatar.state === 'settled') expect(new Uint8Array(avatar.code.bytes)).toEqual(CODE);
  expect(sfu.taps).toMatchObject({ opened: 1, open: 0 });
});

test('A8 who joins later is given the face', async () => {
  await consentingCall();
  sidecar.read(tapOf(), CODE, { settled: true, converged: true });
  await expect.poll(() => sfu.taps.open).toBe(0);
  const cleo = await sfu.join('meet', 'cleo');
  const ada = cleo.joined.participants.find(({ participantId }) => participantId === 'ada');
  expect(ada?.avatar).toMatchObject({ state: 'settled', style: styleFromSeed('ada') });
});

test('a known face is not listened for again: mute and unmute open no tap', async () => {
  const { ada, microphone } = await consentingCall();
  sidecar.read(tapOf(), CODE, { settled: true, converged: true });
  await expect.poll(() => sfu.taps.open).toBe(0);
  await ada.request('pause-producer', { producerId: microphone });
  await ada.request('resume-producer', { producerId: microphone });
  await pause(100);
  expect(sfu.taps.opened).toBe(1);
});

test('A4 withdrawal closes the tap, zeroes the code, tells everyone and acknowledges erasure', async () => {
  const { ada, bela } = await consentingCall();
  sidecar.read(tapOf(), CODE, { settled: true });
  await bela.waitFor('avatar', ({ avatar }) => avatar.state === 'settled');
  const kept = sfu.rooms.open.get('meet')!.participants.get('ada')!.listening.avatar;
  if (kept.state !== 'settled') throw new Error('not settled');
  expect(kept.code.bytes).toEqual(CODE);

  expect(await ada.request('consent', { granted: false })).toEqual({ erased: true });
  expect(kept.code.bytes.every((byte) => byte === 0)).toBe(true);
  expect(sidecar.stopped).toEqual([tapOf()]);
  expect(sfu.taps.open).toBe(0);
  await bela.waitFor('avatar', ({ avatar }) => avatar.state === 'withdrawn');
  await ada.waitFor('avatar', ({ avatar }) => avatar.state === 'withdrawn');

  // What was under way when consent ended is dropped.
  sidecar.read(tapOf(), CODE, { settled: true });
  await pause(100);
  expect(bela.avatarOf('ada')).toEqual({ state: 'withdrawn' });
  const cleo = await sfu.join('meet', 'cleo');
  expect(cleo.joined.participants.find(({ participantId }) => participantId === 'ada')?.avatar.state).toBe('withdrawn');
});

test('A4 withdrawal without a sidecar that answers says honestly that erasure is not acknowledged', async () => {
  const mute = await FakeSidecar.start({ secret: TAP_SECRET, acknowledges: false });
  const other = await startTestSfu({ TIMBRE_SIDECARS: mute.url });
  const ada = await other.join('meet', 'ada');
  await ada.produce('audio');
  await ada.request('consent', { granted: true });
  await expect.poll(() => mute.taps.size).toBe(1);
  const askedMs = performance.now();
  expect(await ada.request('consent', { granted: false })).toEqual({ erased: false });
  expect(performance.now() - askedMs).toBeLessThan(1_500);
  await other.close();
  await mute.close();
});

test('consent may be given again after withdrawal, and listening starts from nothing', async () => {
  const { ada, bela } = await consentingCall();
  sidecar.read(tapOf(), CODE, { settled: true, converged: true });
  await bela.waitFor('avatar', ({ avatar }) => avatar.state === 'settled');
  await ada.request('consent', { granted: false });
  await ada.request('consent', { granted: true });
  await expect.poll(() => sidecar.taps.size).toBe(1);
  expect(sidecar.started).toHaveLength(2);
  expect(bela.avatarOf('ada')).toMatchObject({ state: 'listening', progress: 0 });
});

test('mute, camera, closing the microphone and leaving each close the tap', async () => {
  const { ada, microphone } = await consentingCall();
  await ada.request('pause-producer', { producerId: microphone });
  await expect.poll(() => sidecar.taps.size).toBe(0);
  await ada.request('resume-producer', { producerId: microphone });
  await expect.poll(() => sidecar.taps.size).toBe(1);

  const camera = await ada.produce('video');
  await expect.poll(() => sidecar.taps.size).toBe(0);
  await ada.request('pause-producer', { producerId: camera });
  await expect.poll(() => sidecar.taps.size).toBe(1);

  await ada.request('close-producer', { producerId: microphone });
  await expect.poll(() => sidecar.taps.size).toBe(0);
  await ada.produce('audio');
  await expect.poll(() => sidecar.taps.size).toBe(1);

  await ada.request('leave', {});
  await expect.poll(() => sidecar.taps.size).toBe(0);
  expect(sfu.taps).toEqual({ opened: 4, closed: 4, failed: 0, open: 0 });
});

test('consent given while muted opens the tap with the first unmute', async () => {
  const ada = await sfu.join('meet', 'ada');
  const producerId = await ada.produce('audio', { paused: true });
  await ada.request('consent', { granted: true });
  await pause(100);
  expect(sfu.taps.opened).toBe(0);
  await ada.request('resume-producer', { producerId });
  await expect.poll(() => sidecar.taps.size).toBe(1);
});

test('A3 an abstention is told, and the next reading ends it', async () => {
  const { bela } = await consentingCall();
  sidecar.send({ type: 'abstained', tapId: tapOf(), reason: 'too-noisy' });
  await bela.waitFor('avatar', ({ avatar }) => avatar.state === 'abstained');
  expect(bela.avatarOf('ada')).toMatchObject({ state: 'abstained', reason: 'too-noisy' });
  sidecar.read(tapOf(), CODE);
  await bela.waitFor('avatar', ({ avatar }) => avatar.state === 'forming');
  sidecar.read(tapOf(), CODE, { settled: true });
  await bela.waitFor('avatar', ({ avatar }) => avatar.state === 'settled');
  // Two voices on one line: the first face stays.
  sidecar.send({ type: 'abstained', tapId: tapOf(), reason: 'two-voices' });
  await pause(100);
  expect(bela.avatarOf('ada')?.state).toBe('settled');
});

test('nothing of the code, the style or the secrets is ever logged', async () => {
  const { ada, bela } = await consentingCall();
  sidecar.read(tapOf(), CODE);
  sidecar.sendText(JSON.stringify({ type: 'reading', tapId: tapOf(), code: Buffer.from(CODE).toString('base64') }));
  await expect.poll(() => sidecar.started.length).toBe(2);
  sidecar.read(tapOf(1), CODE, { settled: true, converged: true });
  await bela.waitFor('avatar', ({ avatar }) => avatar.state === 'settled');
  await ada.request('consent', { granted: false });
  await sfu.close();

  const log = sfu.logged.join('\n');
  expect(log).toContain('tap open');
  const base64 = Buffer.from(CODE).toString('base64');
  for (let at = 0; at + 8 <= base64.length; at += 4) expect(log).not.toContain(base64.slice(at, at + 8));
  expect(log).not.toContain(Buffer.from(CODE).toString('hex').slice(0, 8));
  expect(log).not.toContain([...CODE.slice(0, 3)].join(','));
  for (const secret of [TAP_SECRET, ada.joined.resumeKey, styleFromSeed('ada').hairColour]) {
    expect(log).not.toContain(secret);
  }
});
