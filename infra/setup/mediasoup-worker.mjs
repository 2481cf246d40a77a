// The mediasoup Worker: given, already there, downloaded prebuilt, or built from the npm package with Debian's libraries.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, logs, mediasoupVersion, root } from './places.mjs';
import { logged, SetupError, step, tail } from './report.mjs';

/** A Worker refuses to run without its parent's environment, and says so with status 41: it is whole and loads here. */
function runs(binary) {
  if (!existsSync(binary)) return false;
  const { MEDIASOUP_VERSION: _, ...env } = process.env;
  return spawnSync(binary, [], { env, stdio: 'ignore', timeout: 10_000 }).status === 41;
}

const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** True if the cached Worker is the one whose checksum was noted when it was put there. */
function intact(binary) {
  const note = `${binary}.sha256`;
  return (
    existsSync(binary) && existsSync(note) && readFileSync(note, 'utf8').startsWith(sha256(binary)) && runs(binary)
  );
}

async function download(packageFolder, binary) {
  // With PYTHON=/bin/false the package's own source build, which needs pip and GitHub, fails at once instead of slowly.
  const log = join(logs, 'mediasoup-download.log');
  const { MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD: _, ...environment } = process.env;
  const env = { ...environment, PYTHON: '/bin/false' };
  await logged(process.execPath, ['npm-scripts.mjs', 'postinstall'], { log, env, cwd: packageFolder });
  const downloaded = join(packageFolder, 'worker/out/Release/mediasoup-worker');
  if (!runs(downloaded)) return false;
  copyFileSync(downloaded, binary);
  writeFileSync(`${binary}.sha256`, `${sha256(binary)}  mediasoup-worker\n`);
  return true;
}

async function build(packageFolder, binary, say) {
  const log = join(logs, 'mediasoup-build.log');
  const script = join(root, 'infra/mediasoup-worker/build-worker.sh');
  const ninjaLog = `${binary}.build/build.log`;
  const timer = setInterval(() => {
    const last = /\[(\d+\/\d+)\][^[]*$/.exec(tail(ninjaLog, 1));
    if (last) say(`(${last[1]} files, log ${ninjaLog})`);
  }, 1000);
  const status = await logged('bash', [script, packageFolder, binary], { log }).finally(() => clearInterval(timer));
  if (status === 0) return;
  throw new SetupError(
    `the mediasoup Worker could not be built (status ${status}):\n${tail(log)}`,
    status === 3
      ? 'install the packages named above, or set MEDIASOUP_WORKER_BIN to a built worker'
      : `see ${log}, or set MEDIASOUP_WORKER_BIN to a worker of mediasoup ${mediasoupVersion()}`,
  );
}

/** Path of a Worker that runs here. */
export async function ensureWorker() {
  const given = process.env.MEDIASOUP_WORKER_BIN;
  if (given) {
    if (runs(given)) return given;
    throw new SetupError(
      `MEDIASOUP_WORKER_BIN=${given} is not a mediasoup Worker that runs here`,
      `unset it, or set it to a worker of mediasoup ${mediasoupVersion()}`,
    );
  }
  const packageFolder = join(root, 'node_modules/mediasoup');
  const shipped = join(packageFolder, 'worker/out/Release/mediasoup-worker');
  if (runs(shipped)) return shipped;
  const folder = join(cache, 'mediasoup-worker', mediasoupVersion());
  const binary = join(folder, 'mediasoup-worker');
  if (intact(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const fetched = await step('mediasoup Worker: prebuilt download', () => download(packageFolder, binary));
  if (!fetched) {
    await step('mediasoup Worker: build from source, about 10 minutes on 2 cores, once', (say) =>
      build(packageFolder, binary, say),
    );
  }
  if (!intact(binary)) throw new SetupError(`${binary} does not run`, `delete ${folder} and run the command again`);
  return binary;
}
