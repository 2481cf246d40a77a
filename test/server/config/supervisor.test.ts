import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { createLog } from '../../../server/src/log.ts';
import { EXIT_UNUSABLE } from '../../../server/src/process-end.ts';
import { RESTART_FIRST_MS, Supervisor } from '../../../server/src/supervisor.ts';

const log = createLog('test', { level: 'error', write: () => {} });
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A child that runs a line of JavaScript. */
function supervise(line: string) {
  const children: ChildProcess[] = [];
  const startedMs: number[] = [];
  const unusable: true[] = [];
  const supervisor = new Supervisor({
    process: { name: 'child', file: '', environment: {} },
    log,
    onUnusable: () => void unusable.push(true),
    spawn: () => {
      const child = spawn(process.execPath, ['-e', line], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      children.push(child);
      startedMs.push(performance.now());
      return child;
    },
  });
  ends.push(() => supervisor.stop());
  return { supervisor, children, startedMs, unusable };
}

/** A whole program starts and ends; on a busy machine that takes its time. */
const PROGRAM_TIMEOUT_MS = 60_000;
const STAYS = 'setInterval(() => {}, 1000)';
const gone = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

test('a killed child is started again', async () => {
  const { supervisor, children } = supervise(STAYS);
  supervisor.start();
  supervisor.start();
  expect(children).toHaveLength(1);
  children[0]!.kill('SIGKILL');
  await expect.poll(() => children.length, { timeout: 3_000 }).toBe(2);
  expect(supervisor.restarts).toBe(1);
  expect(supervisor.pid).toBe(children[1]!.pid);
});

test('a child that keeps ending at once is started ever later', async () => {
  const { supervisor, children, startedMs } = supervise('process.exit(3)');
  supervisor.start();
  await expect.poll(() => children.length, { timeout: 8_000 }).toBe(4);
  const [first, second, third] = startedMs.slice(1).map((at, index) => at - startedMs[index]!);
  expect(first).toBeGreaterThanOrEqual(RESTART_FIRST_MS - 5);
  expect(second).toBeGreaterThanOrEqual(2 * RESTART_FIRST_MS - 5);
  expect(third).toBeGreaterThanOrEqual(4 * RESTART_FIRST_MS - 5);
});

test('stop ends the child and starts no other, and may be repeated', async () => {
  const { supervisor, children } = supervise(STAYS);
  supervisor.start();
  await supervisor.stop();
  await supervisor.stop();
  expect(gone(children[0]!)).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 2 * RESTART_FIRST_MS));
  expect(children).toHaveLength(1);
  supervisor.start();
  expect(children).toHaveLength(2);
});

test('a child that cannot run in this environment is not started again, and that is told', async () => {
  const { supervisor, children, unusable } = supervise(`process.exit(${EXIT_UNUSABLE})`);
  supervisor.start();
  await expect.poll(() => unusable.length, { timeout: 5_000 }).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 2 * RESTART_FIRST_MS));
  expect(children).toHaveLength(1);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The real program as a child with an IPC channel, as the supervisor starts it. */
async function startProgram(name: 'sfu' | 'inference', environment: Record<string, string> = {}) {
  const file = fileURLToPath(new URL(`../../../server/src/${name}.main.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=timbre-source', file], {
    env: {
      ...process.env,
      PORT: String(await freePort()),
      TIMBRE_RTC_PORT_BASE: '0',
      TIMBRE_WORKERS: '1',
      TIMBRE_SIDECARS: '',
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  ends.push(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  child.stderr!.on('data', (bytes: Buffer) => lines.push(bytes.toString()));
  const ready = new Promise<string>((resolve) => {
    child.once('message', (message) => resolve((message as { url: string }).url));
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, ready, ended, text: () => lines.join('') };
}

test.each(['SIGINT', 'Ctrl+C under npm', 'disconnect'] as const)(
  'the SFU program serves, and ends in order on %s',
  async (how) => {
    const sfu = await startProgram('sfu');
    const url = await sfu.ready;
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(sfu.text()).toContain(`ready url=${url}`);
    if (how === 'disconnect') sfu.child.disconnect();
    else sfu.child.kill('SIGINT');
    if (how === 'Ctrl+C under npm') {
      // The terminal signals the whole process group; the supervisor passes the wish on, then goes.
      sfu.child.kill('SIGTERM');
      await expect.poll(() => sfu.text()).toContain('ending');
      sfu.child.kill('SIGTERM');
      if (sfu.child.connected) sfu.child.disconnect();
    }
    expect(await sfu.ended).toBe(0);
    expect(sfu.text().match(/ending/g)).toHaveLength(1);
  },
  PROGRAM_TIMEOUT_MS,
);

const WITHOUT_SECRETS = { NODE_ENV: 'production', TIMBRE_TAP_SECRET: '', TIMBRE_TOKEN_SECRET: '' };
/** Of the block for documentation (RFC 5737): no machine has it. */
const FOREIGN = '192.0.2.1';

test.each([
  ['sfu', 'TIMBRE_TOKEN_SECRET: must be set', WITHOUT_SECRETS],
  ['inference', 'TIMBRE_TAP_SECRET: must be set', WITHOUT_SECRETS],
  ['sfu', 'TIMBRE_LISTEN_IP: 192.0.2.1 is no address of this machine', { TIMBRE_LISTEN_IP: FOREIGN }],
  ['sfu', 'TIMBRE_HOST: 192.0.2.1 is no address of this machine', { TIMBRE_HOST: FOREIGN }],
  ['sfu', 'MEDIASOUP_WORKER_BIN: /no/such/program does not run', { MEDIASOUP_WORKER_BIN: '/no/such/program' }],
] as const)(
  'the %s program refuses a wrong environment with "%s" and exits as unusable',
  async (name, complaint, environment) => {
    const program = await startProgram(name, environment);
    expect(await program.ended).toBe(EXIT_UNUSABLE);
    const lines = program.text().trim().split('\n');
    expect(lines.at(-1)).toContain(complaint);
    // mediasoup may say in one line of its own what its Worker said.
    expect(lines.length).toBeLessThanOrEqual(2);
  },
  PROGRAM_TIMEOUT_MS,
);
