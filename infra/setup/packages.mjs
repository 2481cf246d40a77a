// npm packages and a Node that can run them.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logs, MINIMUM_NODE, root } from './places.mjs';
import { logged, SetupError, step } from './report.mjs';

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
  return errors.slice(0, 15).join('\n');
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
    const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
    const status = npm
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

function majorOf(node) {
  const { stdout, status } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return status === 0 ? Number(/^v(\d+)/.exec(stdout)?.[1]) : 0;
}

/** The Node that runs everything of ours: the one running now if new enough, else the one npm brought along. */
export function findNode() {
  const own = join(root, 'node_modules/.bin/node');
  for (const node of [process.execPath, own]) {
    if ((node === process.execPath || existsSync(node)) && majorOf(node) >= MINIMUM_NODE) return node;
  }
  throw new SetupError(
    `Node ${process.version} is too old: ${MINIMUM_NODE} or newer is needed, and npm brought none for ${process.platform} ${process.arch}`,
    `install Node ${MINIMUM_NODE} or newer and run the command again`,
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
