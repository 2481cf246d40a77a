/** Set-up runs as plain JavaScript in whatever Node the machine has: tested from outside, as processes. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const setup = new URL('../../infra/setup/', import.meta.url);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'timbre-set-up-'));
});
afterAll(async () => rm(folder, { recursive: true }));

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs statements that see `step`, `fail` and the exports of one more set-up module. */
function evaluate(module: string, statements: string, environment: Record<string, string> = {}): Promise<Outcome> {
  const from = (file: string) => JSON.stringify(new URL(file, setup).href);
  const program = `
    const { fail, logged, step, tail } = await import(${from('report.mjs')});
    const module = await import(${from(module)});
    ${statements}`;
  const env = { ...process.env, TIMBRE_CACHE: folder, ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', program], { env }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe('a failure says what to do', () => {
  test('a mediasoup Worker that is given and does not run', async () => {
    const { status, stderr } = await evaluate('mediasoup-worker.mjs', 'await module.ensureWorker().catch(fail);', {
      MEDIASOUP_WORKER_BIN: '/bin/false',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('MEDIASOUP_WORKER_BIN=/bin/false is not a mediasoup Worker that runs here');
    expect(stderr).toMatch(/what to do: unset it, or set it to a worker of mediasoup \d+\.\d+\.\d+/);
  });

  test('a program that nobody here may install', async () => {
    // Without apt-get and sudo on PATH.
    const statements = "await module.ensurePrograms({ 'no-such-program': 'its-package' }).catch(fail);";
    const { status, stderr } = await evaluate('system-packages.mjs', statements, { PATH: folder });
    expect(status).toBe(1);
    expect(stderr).toContain('not installed: no-such-program');
    expect(stderr).toContain('what to do: run as root: apt-get install --no-install-recommends its-package');
  });

  test('a command that is not there', async () => {
    const statements = `await logged('no-such-command', [], { log: ${JSON.stringify(join(folder, 'none.log'))} }).catch(fail);`;
    const { status, stderr } = await evaluate('places.mjs', statements);
    expect(status).toBe(1);
    expect(stderr).toContain('what to do: is no-such-command installed?');
  });

  test('a step that fails is marked, one that works is timed', async () => {
    const statements = `
      await step('good', async () => 1);
      await step('bad', async () => { throw new Error('broken'); }).catch(() => undefined);`;
    const { stderr } = await evaluate('places.mjs', statements);
    expect(stderr).toMatch(/✓ good \(\d+\.\d s\)/);
    expect(stderr).toContain('✗ bad');
  });
});

test('a command leaves its output in a log and its exit status behind', async () => {
  const log = join(folder, 'logs', 'command.log');
  const statements = `
    const status = await logged('sh', ['-c', 'echo out; echo err >&2; exit 3'], { log: ${JSON.stringify(log)} });
    console.log(status, JSON.stringify(tail(${JSON.stringify(log)}, 1)));`;
  expect((await evaluate('places.mjs', statements)).stdout.trim()).toBe('3 "err"');
  expect(await readFile(log, 'utf8')).toBe('out\nerr\n');
});

test('programs are found on PATH and by path, and not otherwise', async () => {
  await writeFile(join(folder, 'no-program'), '');
  const asked = ['sh', '/bin/sh', 'no-such-command', join(folder, 'no-program'), '$(echo sh)'];
  const statements = `console.log(JSON.stringify(${JSON.stringify(asked)}.map(module.isProgram)));`;
  const { stdout } = await evaluate('system-packages.mjs', statements);
  expect(JSON.parse(stdout)).toEqual([true, true, false, false, false]);
});

test('commands get a Node that runs TypeScript as it is, from our sources', async () => {
  const statements = `
    const { spawnSync } = await import('node:child_process');
    const env = module.nodeEnvironment(module.findNode());
    const program = 'console.log(import.meta.resolve("@timbre/protocol")); await import("@timbre/protocol")';
    const child = spawnSync('node', ['--input-type=module', '-e', program], { env, cwd: ${JSON.stringify(root)} });
    console.log(child.status, String(child.stdout).trim(), env.ORT_DISABLE_TELEMETRY);`;
  const { stdout } = await evaluate('packages.mjs', statements, { NODE_OPTIONS: '' });
  expect(stdout.trim()).toMatch(/^0 file:.*\/plugin\/protocol\/src\/index\.ts 1$/);
});
