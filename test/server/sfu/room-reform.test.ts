import { afterEach, expect, test, vi } from 'vitest';
import { FakeSidecar } from '../tap/fake-sidecar.ts';
import { startTestSfu, TAP_SECRET, type TestSfu } from './test-sfu.ts';

let sfu: TestSfu;
afterEach(() => sfu?.close());

test('M2 a killed Worker is replaced and its room re-forms, with everyone still connected', async () => {
  sfu = await startTestSfu({ TIMBRE_WORKERS: '1' });
  const ada = await sfu.join('meet', 'ada');
  const bela = await sfu.join('meet', 'bela');
  const before = await ada.produce('audio');
  await bela.waitFor('producer-added');
  const [pid] = sfu.workerPids;
  process.kill(pid!, 'SIGKILL');

  // The old Producer is taken back first, so that nobody waits for its sound.
  expect(await bela.waitFor('producer-removed')).toEqual({ participantId: 'ada', producerId: before });
  const [reformed] = await Promise.all([ada.waitFor('room-reformed'), bela.waitFor('room-reformed')]);
  expect(reformed.routerRtpCapabilities.codecs).toEqual(ada.joined.routerRtpCapabilities.codecs);
  expect(sfu.workerPids).toHaveLength(1);
  expect(sfu.workerPids[0]).not.toBe(pid);
  expect(ada.socket.connected && bela.socket.connected).toBe(true);
  expect(bela.events('participant-left')).toEqual([]);

  const after = await ada.produce('audio');
  await bela.waitFor('producer-added', ({ producer }) => producer.producerId === after);
  const { transportId } = await bela.request('create-transport', { direction: 'receive' });
  const rtpCapabilities = reformed.routerRtpCapabilities;
  const consumed = await bela.request('consume', { transportId, producerId: after, rtpCapabilities });
  expect(consumed.kind).toBe('audio');
});

test('the room moves to another live Worker at once, and new rooms avoid the dead one', async () => {
  sfu = await startTestSfu({ TIMBRE_WORKERS: '2' });
  const ada = await sfu.join('east', 'ada');
  const bela = await sfu.join('west', 'bela');
  const pids = [...sfu.workerPids];
  process.kill(pids[0]!, 'SIGKILL');
  const moved = await vi.waitFor(() => {
    const participant = [ada, bela].find((each) => each.events('room-reformed').length > 0);
    if (participant === undefined) throw new Error('nobody moved yet');
    return participant;
  });
  const other = moved === ada ? bela : ada;
  expect(other.events('room-reformed')).toEqual([]);
  await moved.produce('audio');
  await other.produce('audio');
  await sfu.join('new', 'cleo');
  await vi.waitFor(() => expect(sfu.workerPids).toHaveLength(2), { timeout: 5_000 });
  expect(sfu.workerPids).toContain(pids[1]);
});

test('M2 faces outlive their Worker, and an unfinished one is listened for anew once its speaker produces', async () => {
  const sidecar = await FakeSidecar.start({ secret: TAP_SECRET });
  sfu = await startTestSfu({ TIMBRE_SIDECARS: sidecar.url });
  await expect.poll(() => sfu.sidecarsAlive).toBe(1);
  const ada = await sfu.join('meet', 'ada');
  await ada.produce('audio');
  await ada.request('consent', { granted: true });
  await expect.poll(() => sidecar.started.length).toBe(1);
  const code = new Uint8Array(256).fill(5);
  sidecar.read(sidecar.started[0]!.tapId, code, { settled: true, converged: true });
  await expect.poll(() => sidecar.taps.size).toBe(0);
  const bela = await sfu.join('meet', 'bela');
  await bela.produce('audio');
  await bela.request('consent', { granted: true });
  await expect.poll(() => sidecar.taps.size).toBe(1);

  process.kill(sfu.workerPids[0]!, 'SIGKILL');
  await bela.waitFor('room-reformed');
  await expect.poll(() => sidecar.taps.size).toBe(0);
  const cleo = await sfu.join('meet', 'cleo');
  const seen = Object.fromEntries(cleo.joined.participants.map((each) => [each.participantId, each.avatar.state]));
  expect(seen).toEqual({ ada: 'settled', bela: 'listening' });
  await ada.produce('audio');
  await bela.produce('audio');
  await expect.poll(() => sidecar.taps.size).toBe(1);
  expect(sidecar.started).toHaveLength(3);
  expect(sfu.taps).toEqual({ opened: 3, closed: 2, failed: 0, open: 1 });
  await sidecar.close();
});

test('on fixed ports, the replacement listens where the dead Worker did', async () => {
  sfu = await startTestSfu({ TIMBRE_WORKERS: '1', TIMBRE_RTC_PORT_BASE: '41870' });
  const ada = await sfu.join('meet', 'ada');
  const portsOf = async () => {
    const { iceCandidates } = await ada.request('create-transport', { direction: 'send' });
    return iceCandidates.map(({ port }) => port);
  };
  expect(await portsOf()).toEqual([41_870, 41_870]);
  process.kill(sfu.workerPids[0]!, 'SIGKILL');
  await ada.waitFor('room-reformed');
  expect(await portsOf()).toEqual([41_870, 41_870]);
});

test('a taken media port refuses to start, and names the variable that moves it', async () => {
  sfu = await startTestSfu({ TIMBRE_RTC_PORT_BASE: '41880' });
  await expect(startTestSfu({ TIMBRE_RTC_PORT_BASE: '41880' })).rejects.toMatchObject({
    reason: 'port-taken',
    message: expect.stringContaining('TIMBRE_RTC_PORT_BASE'),
  });
  const port = new URL(sfu.url).port;
  await expect(startTestSfu({ PORT: port })).rejects.toMatchObject({
    reason: 'port-taken',
    message: expect.stringContaining('PORT'),
  });
});

test('after close, the Worker processes are gone and closing again is harmless', async () => {
  sfu = await startTestSfu({ TIMBRE_WORKERS: '2' });
  await sfu.join('meet', 'ada');
  const pids = [...sfu.workerPids];
  await sfu.close();
  await sfu.close();
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});
