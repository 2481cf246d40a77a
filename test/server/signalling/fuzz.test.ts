/** Requests made of random pieces: each is answered, and the server still serves afterwards. */
import { REFUSAL_REASONS, requests } from '@timbre/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { opusParameters } from '../sfu/test-participant.ts';
import { startTestSfu, type TestSfu } from '../sfu/test-sfu.ts';

const SEED = 20_261_122;
const REQUESTS = 1_500;
/** Requests under way at once. */
const AT_ONCE = 50;

let sfu: TestSfu;
beforeAll(async () => {
  sfu = await startTestSfu({}, { rateLimit: { burst: 1e6, perSecond: 1e6 } });
});
afterAll(() => sfu?.close());

/** mulberry32: the same pieces in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = seeded(SEED);
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;

const FIELDS = [
  ...['transportId', 'producerId', 'consumerId', 'kind', 'rtpParameters', 'rtpCapabilities', 'dtlsParameters'],
  ...['direction', 'paused', 'granted', 'style', 'resumeKey', 'codecs', 'encodings', 'mid', 'ssrc', 'mimeType'],
  ...['payloadType', 'clockRate', 'channels', 'fingerprints', 'role', 'algorithm', 'value', 'toString', 'constructor'],
];

/** Ids that exist make their way past the first check. */
function anything(known: readonly string[], depth = 0): unknown {
  const kinds: (() => unknown)[] = [
    () => pick([null, true, false, 0, -1, 1.5, 2 ** 53, 111, 48_000]),
    () =>
      pick(['', 'audio', 'video', 'send', 'receive', 'audio/opus', 'video/VP8', 'sha-256', 'x'.repeat(300), '\u0000']),
    () => pick([...known, 'nobody']),
    () => Buffer.from([1, 2, 3]),
    () => opusParameters(Math.floor(random() * 2 ** 33)),
  ];
  if (depth < 3) {
    kinds.push(
      () => Array.from({ length: Math.floor(random() * 4) }, () => anything(known, depth + 1)),
      () => body(known, depth + 1),
      () => body(known, depth + 1),
    );
  }
  return pick(kinds)();
}

function body(known: readonly string[], depth = 0): Record<string, unknown> {
  const fields = Array.from({ length: Math.floor(random() * 6) }, () => pick(FIELDS));
  return Object.fromEntries(fields.map((field) => [field, anything(known, depth)]));
}

/** Near misses: the right fields, one of them replaced. */
function nearMiss(ids: { transportId: string; producerId: string }, known: readonly string[]): Record<string, unknown> {
  const right: Record<string, unknown>[] = [
    { transportId: ids.transportId, kind: 'audio', rtpParameters: opusParameters() },
    { transportId: ids.transportId, dtlsParameters: { fingerprints: [{ algorithm: 'sha-256', value: 'AA' }] } },
    { transportId: ids.transportId, producerId: ids.producerId, rtpCapabilities: { codecs: [], headerExtensions: [] } },
    { producerId: ids.producerId },
    { granted: true },
  ];
  const chosen = { ...pick(right) };
  const field = pick(Object.keys(chosen));
  const inner = chosen[field];
  if (typeof inner === 'object' && inner !== null) chosen[field] = { ...inner, [pick(FIELDS)]: anything(known) };
  else chosen[field] = anything(known);
  return chosen;
}

test('D5 V3 no request made of random pieces goes unanswered or harms the server', async () => {
  const names = Object.keys(requests).filter((name) => name !== 'leave');
  const ada = await sfu.join('fuzz', 'ada');
  const { transportId } = await ada.request('create-transport', { direction: 'send' });
  const producerId = await ada.produce('audio');
  const known = [transportId, producerId, 'ada'];
  const outcomes = new Map<string, number>();
  const workers = [...sfu.workerPids];
  for (let asked = 0; asked < REQUESTS; asked += AT_ONCE) {
    const batch = Array.from({ length: AT_ONCE }, async () => {
      const input = random() < 0.5 ? body(known) : nearMiss({ transportId, producerId }, known);
      const outcome = await ada.requestRaw(pick(names), input).then(
        () => 'ok',
        (thrown: { reason?: string }) => thrown.reason ?? String(thrown),
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    });
    await Promise.all(batch);
  }
  for (const outcome of outcomes.keys()) expect(['ok', ...REFUSAL_REASONS]).toContain(outcome);
  expect(outcomes.get('malformed')).toBeGreaterThan(REQUESTS / 4);
  // Nonsense is the participant's fault, never ours.
  expect(outcomes.get('server-error')).toBeUndefined();
  expect(sfu.workerPids).toEqual(workers);
  const witness = await sfu.join('fuzz', 'witness');
  await witness.produce('audio');
}, 60_000);
