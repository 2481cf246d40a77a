/** What no page would send: refused by reason or cut off, and never a crash. */
import { MESSAGE_LIMIT_BYTES } from '@timbre/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestParticipant } from '../sfu/test-participant.ts';
import { startTestSfu, type TestSfu } from '../sfu/test-sfu.ts';

let sfu: TestSfu;
beforeEach(async () => {
  sfu = await startTestSfu({}, { rateLimit: { burst: 60, perSecond: 20, patience: 40 } });
});
afterEach(() => sfu?.close());

async function greeted(name = 'ada'): Promise<TestParticipant> {
  const token = await sfu.tokens.issue({ sub: name, room: 'meet', name });
  return await TestParticipant.connect(sfu.url, token);
}

/** The server still serves. */
async function expectAlive() {
  const witness = await sfu.join('elsewhere', 'witness');
  await witness.produce('audio');
  witness.disconnect();
}

test('J6 before join every other request is refused with not-joined', async () => {
  const ada = await greeted();
  await expect(ada.request('create-transport', { direction: 'send' })).rejects.toMatchObject({ reason: 'not-joined' });
  await expect(ada.request('consent', { granted: true })).rejects.toMatchObject({ reason: 'not-joined' });
  await expect(ada.request('leave', {})).rejects.toMatchObject({ reason: 'not-joined' });
  expect(sfu.rooms.open.size).toBe(0);
  ada.disconnect();
});

test('D1 D4 malformed requests are refused with malformed, joined or not', async () => {
  const ada = await sfu.join('meet', 'ada');
  const attempts: [name: string, ...args: unknown[]][] = [
    ['join-all-rooms', {}],
    ['__proto__', {}],
    ['constructor', {}],
    ['toString', {}],
    ['create-transport'],
    ['create-transport', {}],
    ['create-transport', { direction: 'send' }, { direction: 'send' }],
    ['create-transport', { direction: 'sideways' }],
    ['create-transport', null],
    ['create-transport', 'send'],
    ['create-transport', ['send']],
    ['produce', { transportId: 7, kind: 'audio', rtpParameters: {} }],
    ['produce', { transportId: 'x', kind: 'smell', rtpParameters: {} }],
    ['produce', { transportId: 'x', kind: 'audio', rtpParameters: 'none' }],
    ['consent', { granted: 'yes' }],
    ['consent', { granted: true, style: { look: 'photo' } }],
    ['consent', { granted: true, participantId: 'bela' }],
    ['set-style', { style: null }],
    ['leave', { everyone: true }],
    ['pause-producer', { producerId: Buffer.from('bytes') }],
  ];
  for (const [name, ...args] of attempts) {
    await expect(ada.requestRaw(name, ...args), `${name} ${JSON.stringify(args)}`).rejects.toMatchObject({
      reason: 'malformed',
    });
  }
  await ada.produce('audio');
});

test('a message without acknowledgement is refused by an event', async () => {
  const ada = await sfu.join('meet', 'ada');
  ada.socket.emit('no-such-thing', { any: 'thing' });
  expect(await ada.waitFor('refused')).toMatchObject({ reason: 'malformed' });
});

test('D2 a message over 64 KiB cuts the connection, and the participant may resume', async () => {
  const ada = await sfu.join('meet', 'ada');
  const bela = await sfu.join('meet', 'bela');
  ada.socket.emit('join', { resumeKey: 'x'.repeat(MESSAGE_LIMIT_BYTES) });
  await expect.poll(() => ada.socket.connected).toBe(false);
  await bela.waitFor('participant-connected', ({ connected }) => !connected);
  const again = await greeted();
  expect((await again.join({ resumeKey: ada.joined.resumeKey })).resumed).toBe(true);
  again.disconnect();
  await expectAlive();
});

test('bytes that are no socket.io packet cut the connection, and the server goes on', async () => {
  for (const text of [
    '9',
    '42',
    '4{"',
    '42["join",',
    '451-["join",{"_placeholder":true,"num":99}]',
    '\u0000'.repeat(99),
  ]) {
    const ada = await greeted();
    const engine = ada.socket.io.engine as unknown as { transport: { ws: { send(text: string): void } } };
    engine.transport.ws.send(text);
    engine.transport.ws.send('2probe');
    await new Promise((resolve) => setTimeout(resolve, 20));
    ada.disconnect();
  }
  await expectAlive();
});

test('D3 over the rate limit requests are refused with too-many, and soon admitted again', async () => {
  const ada = await sfu.join('meet', 'ada');
  const outcomes = await Promise.allSettled(
    Array.from({ length: 80 }, () => ada.request('resume-consumer', { consumerId: 'none' })),
  );
  const reasons = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.reason : 'ok'));
  expect(reasons.filter((reason) => reason === 'unknown-consumer').length).toBeGreaterThanOrEqual(59);
  expect(reasons.filter((reason) => reason === 'too-many').length).toBeGreaterThan(5);
  expect(ada.socket.connected).toBe(true);
  await expect
    .poll(
      () =>
        ada.request('create-transport', { direction: 'send' }).then(
          () => 'admitted',
          () => 'refused',
        ),
      {
        timeout: 5_000,
        interval: 250,
      },
    )
    .toBe('admitted');
});

test('D3 D5 who keeps flooding is cut off; the others in the room are not', async () => {
  const ada = await sfu.join('meet', 'ada');
  const bela = await sfu.join('meet', 'bela');
  for (let index = 0; index < 300; index += 1) ada.socket.emit('leave-me-alone', {});
  await expect.poll(() => ada.socket.connected).toBe(false);
  await bela.waitFor('participant-connected', ({ connected }) => !connected);
  await bela.produce('audio');
  await expectAlive();
});

test('A1 only the speaker consents: no request of another can name a participant', async () => {
  const ada = await sfu.join('meet', 'ada');
  const bela = await sfu.join('meet', 'bela');
  for (const participantId of ['ada', 'bela']) {
    await expect(bela.requestRaw('consent', { granted: true, participantId })).rejects.toMatchObject({
      reason: 'malformed',
    });
  }
  const producerId = await ada.produce('audio');
  await expect(bela.request('pause-producer', { producerId })).rejects.toMatchObject({ reason: 'unknown-producer' });
  await expect(bela.request('close-producer', { producerId })).rejects.toMatchObject({ reason: 'unknown-producer' });
  expect(sfu.rooms.open.get('meet')?.participants.get('ada')?.listening.avatar).toEqual({ state: 'none' });
});
