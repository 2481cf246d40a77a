// npm packages and a Node that can run them.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logs, root } from './places.mjs';
import { logged, SetupError, step, tail } from './report.mjs';

/** Node 22 and 23 run TypeScript as it is from these minor versions on, 24 from its first. */
const LEAST_MINOR = { 22: 18, 23: 6 };

const stampFile = join(root, 'node_modules/.timbre-setup');

function wantedStamp() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(lock).update(process.platform).update(process.arch).digest('hex');
}

/** What npm says went wrong: its error lines from the first on (the reason comes first, its help text after). */
function errorsOf(log) {
  const errors = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('npm error'));
  return errors.length > 0 ? errors.slice(0, 15).join('\n') : tail(log);
}

/**
 * Installs what package-lock.json names, unless it already stands; over an older node_modules, only what changed.
 *
 * `npm install --no-save` and not `npm ci`: both keep to the lock's versions and hashes, but `ci` refuses a lock without
 * the entries of every other platform's binaries, which npm leaves out where a registry mirror doesn't carry them.
 */
export async function installPackages() {
  const stamp = wantedStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  await step('npm packages', async () => {
    const log = join(logs, 'npm.log');
    const npm = process.env.npm_execpath;
    // Development packages build the page, an optional one is the newer Node: a production environment must not omit them.
    const included = ['--include=dev', '--include=optional'];
    const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...included];
    // Other package managers set the variable as well.
    const status = npm?.endsWith('npm-cli.js')
      ? await logged(process.execPath, [npm, ...args], { log, cwd: root })
      : await logged('npm', args, { log, cwd: root });
    if (status !== 0) {
      throw new SetupError(
        `npm install ended with ${status}:\n${errorsOf(log)}`,
        `see ${log}; is the npm registry reachable?`,
      );
    }
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    writeFileSync(stampFile, stamp);
  });
}

function isNewEnough(node) {
  const { stdout, status } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  const [, major = 0, minor = 0] = /^v(\d+)\.(\d+)/.exec(status === 0 ? stdout : '') ?? [];
  return Number(major) >= 24 || Number(minor) >= LEAST_MINOR[major];
}

/** The Node that runs everything of ours: the one running now if new enough, else the one npm brought along. */
export function findNode() {
  const own = join(root, 'node_modules/.bin/node');
  for (const node of [process.execPath, own]) {
    if ((node === process.execPath || existsSync(node)) && isNewEnough(node)) return node;
  }
  throw new SetupError(
    `Node ${process.version} is too old: 22.18 or newer is needed, and npm brought none for ${process.platform} ${process.arch}`,
    'install Node 22.18 or newer and run the command again',
  );
}

/** The environment for everything of ours: that Node first on PATH, our export condition on, no telemetry of others. */
export function nodeEnvironment(node) {
  return {
    ...process.env,
    PATH: `${join(node, '..')}:${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
    // ONNX Runtime reports to its maker and keeps a database on disk unless this is set before it is loaded.
    ORT_DISABLE_TELEMETRY: '1',
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --conditions=timbre-source`.trim(),
  };
}
