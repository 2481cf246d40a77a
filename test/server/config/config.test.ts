import { expect, test } from 'vitest';
import { createSecret, sfuConfig, sidecarConfig } from '../../../server/src/config.ts';

const TAP_SECRET = createSecret();
const TOKEN_SECRET = createSecret();
const badConfig = (variable: string) =>
  expect.objectContaining({ name: 'ServerError', reason: 'bad-config', message: expect.stringContaining(variable) });

test('with the tap secret alone, development gets defaults of this host and a token secret of its own', () => {
  const config = sfuConfig({ TIMBRE_TAP_SECRET: TAP_SECRET });
  expect(config).toMatchObject({
    production: false,
    host: '127.0.0.1',
    port: 3000,
    rtcListenIp: '127.0.0.1',
    announcedAddress: undefined,
    rtcPortBase: 40_000,
    sidecars: ['ws://127.0.0.1:3901'],
    origins: [],
    servedRooms: undefined,
  });
  expect(config.workers).toBeGreaterThanOrEqual(1);
  expect(config.tokenSecret).not.toBe(sfuConfig({ TIMBRE_TAP_SECRET: TAP_SECRET }).tokenSecret);
  expect(Object.isFrozen(config)).toBe(true);
});

test('production refuses to start without both secrets, or with short ones', () => {
  const environment = { NODE_ENV: 'production', TIMBRE_TAP_SECRET: TAP_SECRET, TIMBRE_TOKEN_SECRET: TOKEN_SECRET };
  expect(sfuConfig(environment)).toMatchObject({ production: true, tokenSecret: TOKEN_SECRET, tapSecret: TAP_SECRET });
  for (const variable of ['TIMBRE_TAP_SECRET', 'TIMBRE_TOKEN_SECRET']) {
    for (const secret of [undefined, '', 'too short']) {
      expect(() => sfuConfig({ ...environment, [variable]: secret })).toThrow(badConfig(variable));
    }
  }
  expect(() => sidecarConfig({ NODE_ENV: 'production' })).toThrow(badConfig('TIMBRE_TAP_SECRET'));
});

test('the error of a bad secret does not quote it', () => {
  try {
    sfuConfig({ TIMBRE_TAP_SECRET: 'hunter2' });
    expect.unreachable();
  } catch (thrown) {
    expect((thrown as Error).message).not.toContain('hunter2');
  }
});

test.each([
  ['PORT', 'http'],
  ['PORT', '70000'],
  ['TIMBRE_RTC_PORT_BASE', '-1'],
  ['TIMBRE_WORKERS', '0'],
  ['TIMBRE_WORKERS', '1.5'],
  ['TIMBRE_LISTEN_IP', 'localhost'],
  ['TIMBRE_SIDECARS', 'http://127.0.0.1:3901'],
  ['TIMBRE_SIDECARS', 'ws://127.0.0.1:3901,nonsense'],
  ['TIMBRE_ORIGINS', 'call.example.org'],
  ['TIMBRE_ORIGINS', 'https://call.example.org/path'],
  ['TIMBRE_LOG_LEVEL', 'loud'],
])('%s=%s is refused by name', (variable, given) => {
  expect(() => sfuConfig({ TIMBRE_TAP_SECRET: TAP_SECRET, [variable]: given })).toThrow(badConfig(variable));
});

test('media on every address needs an announced one', () => {
  const environment = { TIMBRE_TAP_SECRET: TAP_SECRET, TIMBRE_LISTEN_IP: '0.0.0.0' };
  expect(() => sfuConfig(environment)).toThrow(badConfig('TIMBRE_ANNOUNCED_ADDRESS'));
  const announced = sfuConfig({ ...environment, TIMBRE_ANNOUNCED_ADDRESS: 'media.example.org' });
  expect(announced.announcedAddress).toBe('media.example.org');
});

test('a moved sidecar is looked for where it was moved to, unless sidecars are named', () => {
  const environment = { TIMBRE_TAP_SECRET: TAP_SECRET, TIMBRE_INFERENCE_PORT: '4901' };
  expect(sfuConfig(environment).sidecars).toEqual(['ws://127.0.0.1:4901']);
  expect(sidecarConfig(environment).port).toBe(4901);
  expect(sfuConfig({ ...environment, TIMBRE_SIDECARS: 'ws://10.0.0.1:3901' }).sidecars).toEqual(['ws://10.0.0.1:3901']);
});

test('lists are split at commas; an empty list of sidecars needs no tap secret', () => {
  const sidecars = 'ws://10.0.0.1:3901, wss://inference.example.org';
  expect(sfuConfig({ TIMBRE_TAP_SECRET: TAP_SECRET, TIMBRE_SIDECARS: sidecars }).sidecars).toEqual([
    'ws://10.0.0.1:3901',
    'wss://inference.example.org',
  ]);
  expect(sfuConfig({ TIMBRE_SIDECARS: '' }).sidecars).toEqual([]);
});

test('the sidecar announces its own address for RTP unless told another', () => {
  const environment = { TIMBRE_TAP_SECRET: TAP_SECRET };
  expect(sidecarConfig(environment)).toMatchObject({
    host: '127.0.0.1',
    port: 3901,
    rtpPort: 3902,
    rtpIp: '127.0.0.1',
    executionProviders: ['cuda', 'webgpu', 'cpu'],
  });
  const everywhere = { ...environment, TIMBRE_INFERENCE_HOST: '0.0.0.0' };
  expect(() => sidecarConfig(everywhere)).toThrow(badConfig('TIMBRE_RTP_IP'));
  expect(sidecarConfig({ ...everywhere, TIMBRE_RTP_IP: '10.0.0.7' }).rtpIp).toBe('10.0.0.7');
});
