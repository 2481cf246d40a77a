import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSecret } from '../../../server/src/config.ts';
import { FakeSidecar } from '../tap/fake-sidecar.ts';
import { TestParticipant } from './test-participant.ts';
import { startTestSfu, TAP_SECRET, type TestSfu } from './test-sfu.ts';

const RESUME_WINDOW_MS = 3_000;

let sfu: TestSfu;
let sidecar: FakeSidecar;
beforeEach(async () => {
  sidecar = await FakeSidecar.start({ secret: TAP_SECRET });
  sfu = await startTestSfu({ TIMBRE_SIDECARS: sidecar.url }, { resumeWindowMs: RESUME_WINDOW_MS });
});
afterEach(async () => {
  await sfu?.close();
  await sidecar?.close();
});

async function connectAgain(name: string, expiresInSeconds = 60): Promise<TestParticipant> {
  const token = await sfu.tokens.issue({ sub: name, room: 'meet', name }, expiresInSeconds);
  return await TestParticipant.connect(sfu.url, token);
}

/** Ada consents, speaks and has a face; Bela looks on. */
async function callWithFace() {
  const ada = await sfu.join('meet', 'ada');
  const bela = await sfu.join('meet', 'bela');
  const producerId = await ada.produce('audio');
  await expect.poll(() => sfu.sidecarsAlive).toBe(1);
  await ada.request('consent', { granted: true });
  await expect.poll(() => sidecar.started.length).toBe(1);
  const code = new Uint8Array(256).fill(7);
  sidecar.read(sidecar.started[0]!.tapId, code, { settled: true, converged: true, confidence: 0.9 });
  await bela.waitFor('avatar', ({ avatar }) => avatar.state === 'settled');
  return { ada, bela, producerId, code };
}

test('J3 J4 a lost connection taken up in time keeps the participant, producers and face', async () => {
  const { ada, bela, producerId, code } = await callWithFace();
  ada.breakConnection();
  await bela.waitFor('participant-connected', ({ connected }) => !connected);

  const again = await connectAgain('ada');
  const joined = await again.join({ resumeKey: ada.joined.resumeKey });
  expect(joined.resumed).toBe(true);
  expect(joined.avatar).toMatchObject({ state: 'settled', confidence: 0.9 });
  if (joined.avatar.state === 'settled') expect(new Uint8Array(joined.avatar.code.bytes)).toEqual(code);
  await bela.waitFor('participant-connected', ({ connected }) => connected);
  // The Producer still stands, and is still Ada's to mute.
  await again.request('pause-producer', { producerId });
  await bela.waitFor('producer-paused');
  await new Promise((resolve) => setTimeout(resolve, RESUME_WINDOW_MS + 100));
  expect(bela.events('participant-left')).toEqual([]);
  again.disconnect();
});

test('J4 A8 a viewer who resumes is given the faces anew', async () => {
  const { bela, code } = await callWithFace();
  bela.breakConnection();
  const again = await connectAgain('bela');
  const joined = await again.join({ resumeKey: bela.joined.resumeKey });
  const ada = joined.participants.find(({ participantId }) => participantId === 'ada');
  expect(ada?.avatar.state).toBe('settled');
  if (ada?.avatar.state === 'settled') expect(new Uint8Array(ada.avatar.code.bytes)).toEqual(code);
  again.disconnect();
});

test('J3 J4 after the window the participant has left, and resuming is refused with resume-expired', async () => {
  const { ada, bela } = await callWithFace();
  ada.breakConnection();
  await bela.waitFor('participant-left', ({ participantId }) => participantId === 'ada', RESUME_WINDOW_MS + 2_000);
  const again = await connectAgain('ada');
  await expect(again.join({ resumeKey: ada.joined.resumeKey })).rejects.toMatchObject({ reason: 'resume-expired' });
  // The socket may still join anew, as a stranger.
  expect((await again.join()).avatar).toEqual({ state: 'none' });
  again.disconnect();
});

test('J4 a wrong resume key, an unknown room and an unknown participant are refused with resume-expired', async () => {
  const { ada } = await callWithFace();
  ada.breakConnection();
  const again = await connectAgain('ada');
  for (const resumeKey of ['', 'x', 'x'.repeat(ada.joined.resumeKey.length)]) {
    await expect(again.join({ resumeKey })).rejects.toMatchObject({ reason: 'resume-expired' });
  }
  again.disconnect();
  const stranger = await connectAgain('nobody');
  const { resumeKey } = ada.joined;
  await expect(stranger.join({ resumeKey })).rejects.toMatchObject({ reason: 'resume-expired' });
  stranger.disconnect();
  const token = await sfu.tokens.issue({ sub: 'ada', room: 'elsewhere', name: 'ada' });
  const elsewhere = await TestParticipant.connect(sfu.url, token);
  await expect(elsewhere.join({ resumeKey })).rejects.toMatchObject({ reason: 'resume-expired' });
  expect(sfu.rooms.open.has('elsewhere')).toBe(false);
  elsewhere.disconnect();
});

test('a resume before the server noticed the loss takes over, and the old socket is closed', async () => {
  const { ada, bela } = await callWithFace();
  const again = await connectAgain('ada');
  expect((await again.join({ resumeKey: ada.joined.resumeKey })).resumed).toBe(true);
  await expect.poll(() => ada.socket.connected).toBe(false);
  expect(bela.events('participant-left')).toEqual([]);
  await again.produce('audio');
  again.disconnect();
});

test('J5 an expired token takes up a participation with its resume key, but joins nothing anew', async () => {
  const { ada } = await callWithFace();
  ada.breakConnection();
  const again = await connectAgain('ada', -60);
  await expect(again.join()).rejects.toMatchObject({ reason: 'wrong-token' });
  expect((await again.join({ resumeKey: ada.joined.resumeKey })).resumed).toBe(true);
  again.disconnect();
  await expect(connectAgain('nobody', -60)).rejects.toMatchObject({ reason: 'wrong-token' });
});

test('A6 listening pauses while the connection is lost, since consent could not be withdrawn', async () => {
  const ada = await sfu.join('meet', 'ada');
  await ada.produce('audio');
  await ada.request('consent', { granted: true });
  await expect.poll(() => sidecar.taps.size).toBe(1);
  ada.breakConnection();
  await expect.poll(() => sidecar.taps.size).toBe(0);
  const again = await connectAgain('ada');
  await again.join({ resumeKey: ada.joined.resumeKey });
  await expect.poll(() => sidecar.taps.size).toBe(1);
  again.disconnect();
});

test('M2 who resumes after the room re-formed meanwhile is told to create transports anew', async () => {
  const { ada, bela } = await callWithFace();
  ada.breakConnection();
  process.kill(sfu.workerPids[0]!, 'SIGKILL');
  await bela.waitFor('room-reformed');
  const again = await connectAgain('ada');
  const joined = await again.join({ resumeKey: ada.joined.resumeKey });
  expect(joined.avatar.state).toBe('settled');
  await again.waitFor('room-reformed');
  await again.produce('audio');
  again.disconnect();
});

test('M2 who was connected as the room re-formed, but may not have heard of it, is told on resuming', async () => {
  const { ada, bela } = await callWithFace();
  process.kill(sfu.workerPids[0]!, 'SIGKILL');
  await Promise.all([ada.waitFor('room-reformed'), bela.waitFor('room-reformed')]);
  // Ada's page built nothing on the new Router, as if its connection had been dead by then; Bela's did.
  await bela.produce('audio');
  ada.breakConnection();
  bela.breakConnection();
  const [adaAgain, belaAgain] = [await connectAgain('ada'), await connectAgain('bela')];
  await adaAgain.join({ resumeKey: ada.joined.resumeKey });
  await adaAgain.waitFor('room-reformed');
  await belaAgain.join({ resumeKey: bela.joined.resumeKey });
  await belaAgain.request('restart-ice', {
    transportId: (await belaAgain.request('create-transport', { direction: 'receive' })).transportId,
  });
  expect(belaAgain.events('room-reformed')).toEqual([]);
  adaAgain.disconnect();
  belaAgain.disconnect();
});

test('J5 a connection that dies without a word is noticed within 15 s', async () => {
  const { ada, bela } = await callWithFace();
  // As a pulled cable does: nothing of Ada's page arrives any more, and nobody says so.
  const { transport } = ada.socket.io.engine as unknown as { transport: { ws: { send(text: string): void } } };
  transport.ws.send = () => {};
  const silentMs = performance.now();
  await bela.waitFor('participant-connected', ({ connected }) => !connected, 20_000);
  // Two seconds for a busy machine.
  expect(performance.now() - silentMs).toBeLessThan(17_000);
}, 30_000);

test('a secret of one run opens nothing in another', async () => {
  const other = await startTestSfu({ TIMBRE_TOKEN_SECRET: createSecret() });
  const token = await other.tokens.issue({ sub: 'ada', room: 'meet', name: 'ada' });
  await expect(TestParticipant.connect(sfu.url, token)).rejects.toMatchObject({ reason: 'wrong-token' });
  await other.close();
});
