import type { types } from 'mediasoup';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { opusParameters, TestParticipant } from './test-participant.ts';
import { startTestSfu, type TestSfu } from './test-sfu.ts';

let sfu: TestSfu;
beforeAll(async () => {
  sfu = await startTestSfu({ TIMBRE_WORKERS: '2' });
});
afterAll(() => sfu?.close());

test('J2 whoever joins is told of who is there, and the others are told of them', async () => {
  const ada = await sfu.join('meet', 'ada');
  const microphone = await ada.produce('audio');
  const bela = await sfu.join('meet', 'bela');
  expect(bela.joined.participants).toEqual([
    {
      participantId: 'ada',
      name: 'ada',
      producers: [{ producerId: microphone, kind: 'audio', paused: false }],
      avatar: { state: 'none' },
      connected: true,
    },
  ]);
  expect(bela.joined.resumed).toBe(false);
  expect(await ada.waitFor('participant-joined')).toMatchObject({ participantId: 'bela', producers: [] });
  ada.disconnect();
  bela.disconnect();
});

test('M1 a participant consumes what another produces, and hears of mute, unmute and close', async () => {
  const ada = await sfu.join('talk', 'ada');
  const consumers: types.Consumer[] = [];
  const { router } = await sfu.rooms.open.get('talk')!.media();
  router.observer.on('newtransport', ({ observer }) => {
    observer.on('newconsumer', (consumer) => consumers.push(consumer));
  });
  const bela = await sfu.join('talk', 'bela');
  const producerId = await ada.produce('audio');
  expect(await bela.waitFor('producer-added')).toEqual({
    participantId: 'ada',
    producer: { producerId, kind: 'audio', paused: false },
  });

  const { transportId } = await bela.request('create-transport', { direction: 'receive' });
  const consumed = await bela.request('consume', {
    transportId,
    producerId,
    rtpCapabilities: bela.joined.routerRtpCapabilities,
  });
  expect(consumed).toMatchObject({ producerId, kind: 'audio', producerPaused: false });
  expect(consumers.map(({ id, paused }) => [id, paused])).toEqual([[consumed.consumerId, true]]);
  await bela.request('resume-consumer', { consumerId: consumed.consumerId });
  expect(consumers[0]!.paused).toBe(false);

  await ada.request('pause-producer', { producerId });
  expect(await bela.waitFor('producer-paused')).toEqual({ participantId: 'ada', producerId, paused: true });
  await ada.request('resume-producer', { producerId });
  await bela.waitFor('producer-paused', ({ paused }) => !paused);
  await ada.request('close-producer', { producerId });
  expect(await bela.waitFor('producer-removed')).toEqual({ participantId: 'ada', producerId });
});

test('each transport is offered on one UDP and one TCP port of its Worker', async () => {
  const ada = await sfu.join('ports', 'ada');
  const send = await ada.request('create-transport', { direction: 'send' });
  const receive = await ada.request('create-transport', { direction: 'receive' });
  const portsOf = (transport: typeof send) =>
    transport.iceCandidates.map(({ protocol, port }) => `${protocol} ${port}`);
  expect(new Set(send.iceCandidates.map(({ protocol }) => protocol))).toEqual(new Set(['udp', 'tcp']));
  expect(portsOf(receive)).toEqual(portsOf(send));
  const { iceParameters } = await ada.request('restart-ice', { transportId: send.transportId });
  expect(iceParameters.usernameFragment).not.toBe(send.iceParameters.usernameFragment);
});

test('rooms are spread over the Workers, and none hears of another', async () => {
  const ada = await sfu.join('east', 'ada');
  const bela = await sfu.join('west', 'bela');
  const transports = await Promise.all(
    [ada, bela].map((participant) => participant.request('create-transport', { direction: 'send' })),
  );
  const [eastPort, westPort] = transports.map(({ iceCandidates }) => iceCandidates[0]?.port);
  expect(eastPort).not.toBe(westPort);
  const producerId = await ada.produce('audio');
  const { transportId } = transports[1]!;
  const { rtpCapabilities } = { rtpCapabilities: bela.joined.routerRtpCapabilities };
  await expect(bela.request('consume', { transportId, producerId, rtpCapabilities })).rejects.toMatchObject({
    reason: 'unknown-producer',
  });
  expect(bela.events('producer-added')).toEqual([]);
});

test('leaving tells the others, and the last one out closes the room', async () => {
  const ada = await sfu.join('leaving', 'ada');
  const bela = await sfu.join('leaving', 'bela');
  await ada.request('leave', {});
  expect(await bela.waitFor('participant-left')).toEqual({ participantId: 'ada' });
  expect(sfu.rooms.open.get('leaving')?.participants.size).toBe(1);
  await bela.request('leave', {});
  expect(sfu.rooms.open.has('leaving')).toBe(false);
});

test('J7 the 26th participant is refused with room-full', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `p${index}`);
  const all = await Promise.all(names.map((name) => sfu.join('crowd', name)));
  await expect(sfu.join('crowd', 'one-too-many')).rejects.toMatchObject({ reason: 'room-full' });
  await all[0]!.request('leave', {});
  const late = await sfu.join('crowd', 'one-too-many');
  expect(late.joined.participants).toHaveLength(24);
  for (const participant of all) participant.disconnect();
});

test('D5 requests for what is not there are refused by reason', async () => {
  const ada = await sfu.join('refusals', 'ada');
  const transportId = 'nowhere';
  const rtpCapabilities = ada.joined.routerRtpCapabilities;
  const refusals = [
    [ada.request('connect-transport', { transportId, dtlsParameters: {} }), 'unknown-transport'],
    [ada.request('restart-ice', { transportId }), 'unknown-transport'],
    [ada.request('produce', { transportId, kind: 'audio', rtpParameters: opusParameters() }), 'unknown-transport'],
    [ada.request('pause-producer', { producerId: 'none' }), 'unknown-producer'],
    [ada.request('resume-producer', { producerId: 'none' }), 'unknown-producer'],
    [ada.request('close-producer', { producerId: 'none' }), 'unknown-producer'],
    [ada.request('consume', { transportId, producerId: 'none', rtpCapabilities }), 'unknown-producer'],
    [ada.request('resume-consumer', { consumerId: 'none' }), 'unknown-consumer'],
    [ada.request('join', {}), 'already-joined'],
  ] as const;
  for (const [refused, reason] of refusals) await expect(refused).rejects.toMatchObject({ reason });
});

test("what mediasoup itself doesn't accept is refused, and the room goes on", async () => {
  const ada = await sfu.join('mediasoup', 'ada');
  const bela = await sfu.join('mediasoup', 'bela');
  const { transportId } = await ada.request('create-transport', { direction: 'send' });
  const nonsense = { codecs: 'none', fingerprints: 7 };
  await expect(ada.request('produce', { transportId, kind: 'audio', rtpParameters: nonsense })).rejects.toMatchObject({
    reason: 'malformed',
  });
  await expect(
    ada.request('connect-transport', { transportId, dtlsParameters: { fingerprints: [], role: 'neither' } }),
  ).rejects.toMatchObject({ reason: 'malformed' });
  await expect(
    ada.request('produce', {
      transportId,
      kind: 'audio',
      rtpParameters: { ...opusParameters(), codecs: [{ mimeType: 'audio/other', payloadType: 100, clockRate: 8000 }] },
    }),
  ).rejects.toMatchObject({ reason: 'malformed' });

  const producerId = await ada.produce('audio');
  const receive = await bela.request('create-transport', { direction: 'receive' });
  for (const rtpCapabilities of [{}, { codecs: [], headerExtensions: [] }, { codecs: [{ kind: 'smell' }] }]) {
    const consume = { transportId: receive.transportId, producerId, rtpCapabilities };
    await expect(bela.request('consume', consume)).rejects.toMatchObject({ reason: 'cannot-consume' });
  }
});

test('M3 what another participant owns is unknown', async () => {
  const ada = await sfu.join('owners', 'ada');
  const bela = await sfu.join('owners', 'bela');
  const { transportId } = await ada.request('create-transport', { direction: 'receive' });
  const producerId = await bela.produce('audio');
  const rtpCapabilities = ada.joined.routerRtpCapabilities;
  const { consumerId } = await ada.request('consume', { transportId, producerId, rtpCapabilities });
  const own = await ada.produce('audio');
  const refusals = [
    [bela.request('restart-ice', { transportId }), 'unknown-transport'],
    [bela.request('connect-transport', { transportId, dtlsParameters: {} }), 'unknown-transport'],
    [bela.request('produce', { transportId, kind: 'audio', rtpParameters: opusParameters() }), 'unknown-transport'],
    [bela.request('consume', { transportId, producerId: own, rtpCapabilities }), 'unknown-transport'],
    [bela.request('pause-producer', { producerId: own }), 'unknown-producer'],
    [bela.request('resume-producer', { producerId: own }), 'unknown-producer'],
    [bela.request('close-producer', { producerId: own }), 'unknown-producer'],
    [bela.request('resume-consumer', { consumerId }), 'unknown-consumer'],
  ] as const;
  for (const [refused, reason] of refusals) await expect(refused).rejects.toMatchObject({ reason });
});

test('what is asked for at once is bounded like what is asked for one by one', async () => {
  const ada = await sfu.join('at-once', 'ada');
  const create = () => ada.request('create-transport', { direction: 'send' });
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, create));
  const made = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  expect(made).toHaveLength(4);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ reason: 'too-many' });
  }
  const { transportId } = made[0]!;
  const produce = () => ada.request('produce', { transportId, kind: 'audio', rtpParameters: opusParameters() });
  const produced = await Promise.allSettled(Array.from({ length: 12 }, produce));
  expect(produced.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
});

test('transports and producers of one participant are bounded', async () => {
  const ada = await sfu.join('bounds', 'ada');
  const create = () => ada.request('create-transport', { direction: 'send' });
  const transports = await Promise.all([create(), create(), create(), create()]);
  await expect(create()).rejects.toMatchObject({ reason: 'too-many' });
  const produce = () => {
    const { transportId } = transports[0]!;
    return ada.request('produce', { transportId, kind: 'audio', rtpParameters: opusParameters() });
  };
  for (let index = 0; index < 4; index += 1) await produce();
  await expect(produce()).rejects.toMatchObject({ reason: 'too-many' });
});

test('the same identity joins once; a page loaded anew starts anew once its old connection is gone', async () => {
  const first = await sfu.join('twice', 'ada');
  await expect(sfu.join('twice', 'ada')).rejects.toMatchObject({ reason: 'already-joined' });
  const bela = await sfu.join('twice', 'bela');
  first.breakConnection();
  await bela.waitFor('participant-connected', ({ connected }) => !connected);
  const token = await sfu.tokens.issue({ sub: 'ada', room: 'twice', name: 'ada' });
  const second = await TestParticipant.connect(sfu.url, token);
  expect((await second.join()).resumed).toBe(false);
  await bela.waitFor('participant-left', ({ participantId }) => participantId === 'ada');
  second.disconnect();
});
