import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestParticipant } from '../sfu/test-participant.ts';
import { startTestSfu, type TestSfu } from '../sfu/test-sfu.ts';

let sfu: TestSfu;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'timbre-http-'));
  const files = {
    'client/index.html': '<title>call</title>',
    'models/contract.json': '{"version":1}',
    'models/weights/voice-encoder.onnx': 'weights',
    'models/layers/index.json': '{}',
    'models/training/train.py': 'private',
    'outside.txt': 'private',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  sfu = await startTestSfu({}, { clientRoot: join(folder, 'client'), modelsRoot: join(folder, 'models') });
});
afterAll(async () => {
  await sfu?.close();
  await rm(folder, { recursive: true, force: true });
});

test('page and models are served, cross-origin isolated', async () => {
  for (const path of [
    '/',
    '/models/contract.json',
    '/models/weights/voice-encoder.onnx',
    '/models/layers/index.json',
  ]) {
    const response = await fetch(sfu.url + path);
    expect(response.status, path).toBe(200);
    expect(response.headers.get('cross-origin-opener-policy'), path).toBe('same-origin');
    expect(response.headers.get('cross-origin-embedder-policy'), path).toBe('require-corp');
    expect(response.headers.get('x-content-type-options'), path).toBe('nosniff');
  }
  expect(await (await fetch(`${sfu.url}/?room=meet`)).text()).toContain('call');
  expect(await (await fetch(`${sfu.url}/models/weights/voice-encoder.onnx`)).text()).toBe('weights');
});

/** With the path as it is; fetch would tidy it up. */
async function statusOf(path: string): Promise<number> {
  const { hostname, port } = new URL(sfu.url);
  return await new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.once('error', reject);
    asked.end();
  });
}

test('nothing else of the disk is served', async () => {
  for (const path of [
    '/models/training/train.py',
    '/models/',
    '/models/weights/../training/train.py',
    '/models/weights/..%2ftraining/train.py',
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/models/weights/%00',
    '/%E0%A4%A',
    '/nothing',
  ]) {
    expect(await statusOf(path), path).toBe(404);
  }
  expect((await fetch(sfu.url, { method: 'DELETE' })).status).toBe(405);
});

test('health says what runs', async () => {
  const ada = await sfu.join('meet', 'ada');
  expect(await (await fetch(`${sfu.url}/healthz`)).json()).toEqual({
    rooms: 1,
    participants: 1,
    workers: 1,
    sidecars: 0,
    tapsOpen: 0,
    tapsOpened: 0,
  });
  ada.disconnect();
});

test('metrics count rooms, participants and taps', async () => {
  const text = await (await fetch(`${sfu.url}/metrics`)).text();
  for (const line of ['timbre_workers_alive 1', 'timbre_taps_opened_total 0', '# TYPE timbre_participants gauge']) {
    expect(text.split('\n')).toContain(line);
  }
});

const askToken = (init: RequestInit = {}) =>
  fetch(`${sfu.url}/dev/token`, { method: 'POST', body: '{"room":"meet","name":"Ada"}', ...init });

test('in development a page on this host gets a token that joins', async () => {
  const response = await askToken({ headers: { origin: sfu.url } });
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const { token, participantId } = (await response.json()) as { token: string; participantId: string };
  const ada = await TestParticipant.connect(sfu.url, token);
  expect((await ada.join()).participantId).toBe(participantId);
  ada.disconnect();
  const other = (await (await askToken()).json()) as { participantId: string };
  expect(other.participantId).not.toBe(participantId);
});

test('development tokens are refused to foreign pages, forwarded requests and rebound names', async () => {
  expect((await askToken({ headers: { origin: 'https://evil.example' } })).status).toBe(403);
  expect((await askToken({ headers: { 'x-forwarded-for': '203.0.113.7' } })).status).toBe(403);
  const { hostname, port } = new URL(sfu.url);
  const rebound = await new Promise<number>((resolve) => {
    const headers = { host: `evil.example:${port}`, origin: `http://evil.example:${port}` };
    request({ hostname, port, path: '/dev/token', method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).end('{"room":"meet","name":"Ada"}');
  });
  expect(rebound).toBe(403);
});

test('who listens on every address is told of one where a browser on this machine gets token and microphone', async () => {
  const open = await startTestSfu({ TIMBRE_HOST: '0.0.0.0' });
  expect(open.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const response = await fetch(`${open.url}/dev/token`, { method: 'POST', body: '{"room":"meet","name":"Ada"}' });
  expect(response.status).toBe(200);
  await open.close();
});

test('a wrong token request is refused by its status', async () => {
  expect((await askToken({ body: 'no JSON' })).status).toBe(400);
  expect((await askToken({ body: '{"room":"meet"}' })).status).toBe(400);
  expect((await askToken({ body: '{"room":"meet","name":"Ada","sub":"root"}' })).status).toBe(400);
  expect((await askToken({ body: `{"room":"${'x'.repeat(5000)}"}` })).status).toBe(413);
  expect((await fetch(`${sfu.url}/dev/token`)).status).toBe(405);
});
