import { PROTOCOL_VERSION } from '@timbre/protocol';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestParticipant } from '../sfu/test-participant.ts';
import { startTestSfu, type TestSfu } from '../sfu/test-sfu.ts';

const TOKEN_SECRET = 'the token secret of these tests, 36 ch';

let sfu: TestSfu;
beforeAll(async () => {
  sfu = await startTestSfu({
    TIMBRE_TOKEN_SECRET: TOKEN_SECRET,
    TIMBRE_ORIGINS: 'https://call.example.org',
    TIMBRE_ROOMS: 'meet, talk',
  });
});
afterAll(() => sfu?.close());

const tokenFor = (room = 'meet') => sfu.tokens.issue({ sub: 'ada', room, name: 'Ada' });

async function signed(claims: Record<string, unknown>, options: { secret?: string; alg?: string } = {}) {
  const { secret = TOKEN_SECRET, alg = 'HS256' } = options;
  return await new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret.padEnd(64, '.')));
}

const inAMinute = () => Math.floor(Date.now() / 1000) + 60;
const CLAIMS = { sub: 'ada', room: 'meet', name: 'Ada' };

test('J1 a right token joins, and the name comes from it', async () => {
  const ada = await TestParticipant.connect(sfu.url, await tokenFor());
  const joined = await ada.join();
  expect(joined.participantId).toBe('ada');
  expect(sfu.rooms.open.get('meet')?.participants.get('ada')?.name).toBe('Ada');
  ada.disconnect();
});

test('J1 every other token is refused with wrong-token', async () => {
  const right = await tokenFor();
  const [header, payload, signature] = right.split('.') as [string, string, string];
  const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
  const tokens = [
    '',
    'no token at all',
    `${header}.${payload}.`,
    `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
    `${unsigned}.${payload}.`,
    await signed({ ...CLAIMS, exp: inAMinute() }, { secret: 'another secret, long enough for HS256' }),
    await sfu.tokens.issue({ ...CLAIMS, sub: 'nobody-here' }, -60),
  ];
  for (const token of tokens) {
    await expect(TestParticipant.connect(sfu.url, token)).rejects.toMatchObject({ reason: 'wrong-token' });
  }
});

test('J1 a rightly signed token that lacks a claim, or of another algorithm, is refused', async () => {
  const padded = await startTestSfu({ TIMBRE_TOKEN_SECRET: TOKEN_SECRET.padEnd(64, '.') });
  const { sub, room, name } = CLAIMS;
  const exp = inAMinute();
  const right = await TestParticipant.connect(padded.url, await signed({ ...CLAIMS, exp }));
  right.disconnect();
  const wrong = [
    await signed({ sub, room, name }),
    await signed({ room, name, exp }),
    await signed({ sub, name, exp }),
    await signed({ sub, room, exp }),
    await signed({ sub: 'a/b', room, name, exp }),
    await signed({ sub, room: 'r'.repeat(65), name, exp }),
    await signed({ ...CLAIMS, exp }, { alg: 'HS512' }),
  ];
  for (const token of wrong) {
    await expect(TestParticipant.connect(padded.url, token)).rejects.toMatchObject({ reason: 'wrong-token' });
  }
  await padded.close();
});

test('V1 V2 D1 another protocol version and a malformed greeting are refused by reason', async () => {
  const token = await tokenFor();
  const greetings: [auth: Record<string, unknown>, reason: string][] = [
    [{ protocol: PROTOCOL_VERSION + 1, token }, 'wrong-protocol'],
    [{ token }, 'malformed'],
    [{ protocol: PROTOCOL_VERSION }, 'malformed'],
    [{ protocol: PROTOCOL_VERSION, token, admin: true }, 'malformed'],
    [{ protocol: PROTOCOL_VERSION, token: 'x'.repeat(5000) }, 'malformed'],
    [{ protocol: PROTOCOL_VERSION, token: { $ne: null } }, 'malformed'],
  ];
  for (const [auth, reason] of greetings) {
    await expect(TestParticipant.connect(sfu.url, token, { auth })).rejects.toMatchObject({ reason });
  }
});

test('a room that is not served is refused with unknown-room', async () => {
  await expect(TestParticipant.connect(sfu.url, await tokenFor('elsewhere'))).rejects.toMatchObject({
    reason: 'unknown-room',
  });
  expect(sfu.rooms.open.has('elsewhere')).toBe(false);
});

test.each(['websocket', 'polling'] as const)('pages of foreign origins are refused over %s', async (transport) => {
  const token = await tokenFor();
  const connect = (origin: string) => {
    const extraHeaders = { origin };
    return TestParticipant.connect(sfu.url, token, { extraHeaders, transports: [transport] });
  };
  for (const origin of ['https://evil.example', 'https://call.example.org.evil.example', 'null', 'file://']) {
    await expect(connect(origin)).rejects.toMatchObject({ reason: 'wrong-origin' });
  }
  for (const origin of [sfu.url, 'https://call.example.org', 'http://localhost:5173', 'http://[::1]:80']) {
    (await connect(origin)).disconnect();
  }
});

test('in production localhost is no exception, and there are no development tokens', async () => {
  const production = await startTestSfu({ NODE_ENV: 'production', TIMBRE_TOKEN_SECRET: TOKEN_SECRET });
  const token = await production.tokens.issue(CLAIMS);
  const connect = (origin: string) => TestParticipant.connect(production.url, token, { extraHeaders: { origin } });
  await expect(connect('http://localhost:5173')).rejects.toMatchObject({ reason: 'wrong-origin' });
  (await connect(production.url)).disconnect();
  const response = await fetch(`${production.url}/dev/token`, { method: 'POST', body: '{"room":"r","name":"n"}' });
  expect(response.status).toBe(404);
  await production.close();
});
