import { afterEach, expect, test } from 'vitest';
import { createLog } from '../../../server/src/log.ts';
import { TapLink } from '../../../server/src/tap/tap-link.ts';
import { TAP_LINK_VERSION } from '../../../server/src/tap/tap-messages.ts';
import { FakeSidecar, type FakeSidecarOptions } from './fake-sidecar.ts';

const SECRET = 'a secret of this test, 32 characters';
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const logged: string[] = [];
const log = createLog('test', { level: 'debug', write: (line) => logged.push(line) });

async function sidecarOf(options: Partial<FakeSidecarOptions> = {}): Promise<FakeSidecar> {
  const sidecar = await FakeSidecar.start({ secret: SECRET, ...options });
  ends.push(() => sidecar.close());
  return sidecar;
}

function linkTo(url: string, secret = SECRET): TapLink {
  const link = new TapLink({ url, secret, log });
  ends.push(() => link.close());
  link.start();
  return link;
}

const whenAlive = (link: TapLink) => new Promise<void>((resolve) => link.on('alive', () => resolve()));
const whenLost = (link: TapLink) => new Promise<string>((resolve) => link.on('lost', resolve));

test('the link greets with the secret and is alive after the welcome', async () => {
  const sidecar = await sidecarOf({ capacity: 12 });
  const link = linkTo(sidecar.url);
  await whenAlive(link);
  expect(sidecar.hellos).toEqual([SECRET]);
  expect(link.welcome).toMatchObject({ capacity: 12, rtpIp: '127.0.0.1', rtpPort: sidecar.rtpPort });
});

test('a sidecar that falls silent, its socket still open, is noticed within 2 s', async () => {
  const sidecar = await sidecarOf();
  const link = linkTo(sidecar.url);
  await whenAlive(link);
  const lost = whenLost(link);
  const silentMs = performance.now();
  sidecar.fallSilent();
  expect(await lost).toContain('silent');
  const noticedAfterMs = performance.now() - silentMs;
  expect(noticedAfterMs).toBeGreaterThan(1_000);
  expect(noticedAfterMs).toBeLessThan(2_000);
  expect(link.welcome).toBeUndefined();
});

test('a sidecar that comes later, or back on the same port, is found within a second', async () => {
  const first = await sidecarOf();
  const link = linkTo(first.url);
  await whenAlive(link);
  const lost = whenLost(link);
  await first.close();
  await lost;
  const again = whenAlive(link);
  await sidecarOf({ port: Number(new URL(first.url).port) });
  const backMs = performance.now();
  await again;
  expect(performance.now() - backMs).toBeLessThan(1_000);
});

test('a wrong secret is refused and the link stays dead', async () => {
  const sidecar = await sidecarOf();
  const link = linkTo(sidecar.url, 'another secret of this test, 32 chars');
  await expect.poll(() => sidecar.hellos.length).toBeGreaterThan(1); // it keeps trying
  expect(link.welcome).toBeUndefined();
  expect(logged.some((line) => /wrong-secret .*TIMBRE_TAP_SECRET/.test(line))).toBe(true);
  expect(logged.join()).not.toContain('another secret');
});

test('a sidecar of another version is not used', async () => {
  const welcome = { executionProvider: 'cpu', rtpIp: '127.0.0.1', rtpPort: 9, capacity: 1 };
  const sidecar = await sidecarOf({ greeting: { type: 'welcome', version: TAP_LINK_VERSION + 1, ...welcome } });
  const link = linkTo(sidecar.url);
  await expect.poll(() => sidecar.hellos.length).toBeGreaterThan(1);
  expect(link.welcome).toBeUndefined();
});

test('something that is no message loses the link, which then connects anew', async () => {
  const sidecar = await sidecarOf();
  const link = linkTo(sidecar.url);
  for (const text of ['no JSON', '{"type":"surprise"}', 'x'.repeat(20_000)]) {
    if (link.welcome === undefined) await whenAlive(link);
    const lost = whenLost(link);
    const again = whenAlive(link);
    sidecar.sendText(text);
    await lost;
    await again;
  }
});

test('starting a tap waits for the sidecar to be armed, and gives up on one that never is', async () => {
  const sidecar = await sidecarOf();
  const link = linkTo(sidecar.url);
  await whenAlive(link);
  await link.startTap({ tapId: 'one', ssrc: 42, payloadType: 111 });
  expect(sidecar.taps.get('one')).toMatchObject({ ssrc: 42, payloadType: 111, codec: 'opus', clockRate: 48_000 });
  expect(await link.stopTap('one')).toBe(true);

  const deaf = await sidecarOf({ arms: false, acknowledges: false });
  const deafLink = linkTo(deaf.url);
  await whenAlive(deafLink);
  await expect(deafLink.startTap({ tapId: 'two', ssrc: 43, payloadType: 111 })).rejects.toMatchObject({
    reason: 'not-started',
  });
  expect(await deafLink.stopTap('two')).toBe(false);
});

test('what waits for an answer is told at once when the link is lost', async () => {
  const sidecar = await sidecarOf({ arms: false, acknowledges: false });
  const link = linkTo(sidecar.url);
  await whenAlive(link);
  const start = link.startTap({ tapId: 'one', ssrc: 42, payloadType: 111 });
  const stop = link.stopTap('two');
  link.close();
  await expect(start).rejects.toMatchObject({ name: 'ServerError' });
  expect(await stop).toBe(false);
  await expect(link.startTap({ tapId: 'three', ssrc: 1, payloadType: 111 })).rejects.toMatchObject({
    reason: 'no-sidecar',
  });
});

test('stop and start may be repeated; after close, start throws', async () => {
  const sidecar = await sidecarOf();
  const link = linkTo(sidecar.url);
  await whenAlive(link);
  link.stop();
  link.stop();
  expect(link.welcome).toBeUndefined();
  link.start();
  await whenAlive(link);
  link.close();
  link.close();
  expect(() => link.start()).toThrow(expect.objectContaining({ reason: 'closed' }));
});
