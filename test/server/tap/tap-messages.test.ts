import { expect, test } from 'vitest';
import {
  admitToSfu,
  admitToSidecar,
  TAP_LINK_VERSION,
  TAP_MESSAGE_LIMIT_BYTES,
} from '../../../server/src/tap/tap-messages.ts';

const READING = {
  type: 'reading',
  tapId: 'tap',
  progress: 0.5,
  confidence: 0.5,
  code: 'AAAA',
  contract: 1,
  settled: false,
  converged: false,
  voicedMs: 1500,
};
const START = { type: 'start', tapId: 't', ssrc: 7, payloadType: 111, codec: 'opus', clockRate: 48_000, channels: 2 };

test('messages of both directions pass as they are', () => {
  for (const message of [
    { type: 'hello', version: TAP_LINK_VERSION, secret: 's' },
    START,
    { type: 'stop', tapId: 't' },
    { type: 'heartbeat' },
  ]) {
    expect(admitToSidecar(JSON.stringify(message))).toEqual(message);
  }
  for (const message of [
    { type: 'welcome', version: 1, executionProvider: 'cpu', rtpIp: '::1', rtpPort: 3902, capacity: 400 },
    { type: 'refused', reason: 'wrong-secret' },
    READING,
    { type: 'stopped', tapId: 't', erased: true },
  ]) {
    expect(admitToSfu(JSON.stringify(message))).toEqual(message);
  }
});

const malformed: readonly [what: string, text: string][] = [
  ['no JSON', '{"type": "reading", "code": "c2VjcmV0'],
  ['no object', '[]'],
  ['an unknown type', '{"type":"listen-to-all"}'],
  ['an extra field', JSON.stringify({ ...READING, pcm: [0.1] })],
  ['a code that is no base64', JSON.stringify({ ...READING, code: '<secret>' })],
  ['a code that is too long', JSON.stringify({ ...READING, code: 'AAAA'.repeat(400) })],
  ['a confidence above 1', JSON.stringify({ ...READING, confidence: 1.1 })],
  ['an erasure that did not happen', '{"type":"stopped","tapId":"t","erased":false}'],
  [
    'a host name where an IP address must be',
    '{"type":"welcome","version":1,"executionProvider":"cpu","rtpIp":"evil.example","rtpPort":1,"capacity":1}',
  ],
  ['a message over the limit', JSON.stringify({ ...READING, tapId: 'x'.repeat(TAP_MESSAGE_LIMIT_BYTES) })],
];

test.each(malformed)('%s is malformed to the SFU, and the error quotes nothing of it', (_, text) => {
  expect(() => admitToSfu(text)).toThrow(expect.objectContaining({ name: 'ServerError', reason: 'malformed' }));
  try {
    admitToSfu(text);
  } catch (thrown) {
    expect((thrown as Error).message).not.toMatch(/secret|AAAA|evil/);
  }
});

test('a sidecar takes neither an impossible SSRC nor another codec', () => {
  for (const change of [
    { ssrc: -1 },
    { ssrc: 2 ** 32 },
    { payloadType: 128 },
    { codec: 'pcmu' },
    { clockRate: 8000 },
  ]) {
    expect(() => admitToSidecar(JSON.stringify({ ...START, ...change }))).toThrow();
  }
});
