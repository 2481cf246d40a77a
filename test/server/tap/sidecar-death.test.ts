/** A sidecar dies or is absent: the call goes on, taps re-open elsewhere or later. */
import { afterEach, expect, test } from 'vitest';
import { startTestSfu, TAP_SECRET, type TestSfu } from '../sfu/test-sfu.ts';
import { FakeSidecar } from './fake-sidecar.ts';

const CODE = new Uint8Array(256).fill(9);
const ends: (() => unknown)[] = [];
let sfu: TestSfu;
afterEach(async () => {
  await sfu?.close();
  for (const end of ends.splice(0)) await end();
});

async function sidecarOf(options: { port?: number; capacity?: number } = {}): Promise<FakeSidecar> {
  const sidecar = await FakeSidecar.start({ secret: TAP_SECRET, ...options });
  ends.push(() => sidecar.close());
  return sidecar;
}

async function consenting(name: string) {
  const participant = await sfu.join('meet', name);
  await participant.produce('audio');
  await participant.request('consent', { granted: true });
  return participant;
}

test('a silent sidecar is noticed within 2 s and its taps re-open on the second one', async () => {
  const sidecars = [await sidecarOf(), await sidecarOf()];
  sfu = await startTestSfu({ TIMBRE_SIDECARS: sidecars.map(({ url }) => url).join() });
  await expect.poll(() => sfu.sidecarsAlive).toBe(2);
  const ada = await consenting('ada');
  const bela = await consenting('bela');
  // Least loaded first: one tap on each.
  await expect.poll(() => sidecars.map(({ taps }) => taps.size)).toEqual([1, 1]);
  const [dying, living] = sidecars as [FakeSidecar, FakeSidecar];
  dying.read([...dying.taps.keys()][0]!, CODE);
  const { participantId } = await ada.waitFor('avatar', ({ avatar }) => avatar.state === 'forming');

  const silentMs = performance.now();
  dying.fallSilent();
  await expect.poll(() => living.taps.size, { timeout: 3_000, interval: 20 }).toBe(2);
  expect(performance.now() - silentMs).toBeLessThan(2_000);
  expect(sfu.sidecarsAlive).toBe(1);
  // Not settled yet: what was heard is lost, and everyone is told.
  await bela.waitFor('avatar', (event) => event.participantId === participantId && event.avatar.state === 'listening');
  expect(bela.avatarOf(participantId)).toMatchObject({ state: 'listening', progress: 0 });
  // The call itself hasn't noticed.
  expect(ada.socket.connected && bela.socket.connected).toBe(true);
  expect([...bela.events('producer-removed'), ...bela.events('participant-left'), ...bela.events('refused')]).toEqual(
    [],
  );
});

test('settled faces stay when the sidecar dies, and its return re-opens only what is unknown', async () => {
  const first = await sidecarOf();
  sfu = await startTestSfu({ TIMBRE_SIDECARS: first.url });
  await expect.poll(() => sfu.sidecarsAlive).toBe(1);
  const ada = await consenting('ada');
  await expect.poll(() => first.taps.size).toBe(1);
  first.read([...first.taps.keys()][0]!, CODE, { settled: true, converged: true });
  await ada.waitFor('avatar', ({ avatar }) => avatar.state === 'settled');
  const bela = await consenting('bela');
  await expect.poll(() => first.started.length).toBe(2);

  await first.close();
  await expect.poll(() => sfu.sidecarsAlive).toBe(0);
  expect(ada.avatarOf('ada')?.state).toBe('settled');
  expect(sfu.taps.open).toBe(0);
  const second = await sidecarOf({ port: Number(new URL(first.url).port) });
  await expect.poll(() => second.taps.size, { timeout: 2_000 }).toBe(1);
  second.read([...second.taps.keys()][0]!, CODE, { settled: true });
  await bela.waitFor('avatar', (event) => event.participantId === 'bela' && event.avatar.state === 'settled');
});

test('A7 without any sidecar the call works; consent waits, and is heard as soon as one comes', async () => {
  const port = Number(new URL((await sidecarOf()).url).port);
  await ends.pop()!();
  sfu = await startTestSfu({ TIMBRE_SIDECARS: `ws://127.0.0.1:${port}` });
  const ada = await consenting('ada');
  expect(sfu.taps.opened).toBe(0);
  // After some seconds the participant is told, rather than left to wait.
  const told = await ada.waitFor('avatar', ({ avatar }) => avatar.state === 'abstained', 7_000);
  expect(told.avatar).toMatchObject({ reason: 'no-inference' });
  const sidecar = await sidecarOf({ port });
  await expect.poll(() => sidecar.taps.size, { timeout: 2_000 }).toBe(1);
  expect(ada.avatarOf('ada')).toMatchObject({ state: 'listening' });
});

test('a full sidecar takes no more; a freed place goes to whoever waits', async () => {
  const sidecar = await sidecarOf({ capacity: 1 });
  sfu = await startTestSfu({ TIMBRE_SIDECARS: sidecar.url });
  await expect.poll(() => sfu.sidecarsAlive).toBe(1);
  const ada = await consenting('ada');
  await consenting('bela');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(sidecar.started).toHaveLength(1);
  await ada.request('leave', {});
  await expect.poll(() => sidecar.started.length).toBe(2);
});

test('a sidecar that refuses a tap is passed over for another one', async () => {
  const refusing = await FakeSidecar.start({ secret: TAP_SECRET, capacity: 100, refusesTaps: true });
  ends.push(() => refusing.close());
  const willing = await sidecarOf({ capacity: 1 });
  sfu = await startTestSfu({ TIMBRE_SIDECARS: `${refusing.url},${willing.url}` });
  await expect.poll(() => sfu.sidecarsAlive).toBe(2);
  await consenting('ada');
  await expect.poll(() => willing.taps.size, { timeout: 3_000 }).toBe(1);
  expect(refusing.started).toHaveLength(1);
  expect(sfu.taps).toEqual({ opened: 2, closed: 1, failed: 1, open: 1 });
});
