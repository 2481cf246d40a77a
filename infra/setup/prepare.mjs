// What each command needs, in order. Everything here is idempotent; a second run only checks.
import { buildClient } from './client-build.mjs';
import { ensureWorker } from './mediasoup-worker.mjs';
import { findNode, installPackages, nodeEnvironment } from './packages.mjs';
import { SetupError } from './report.mjs';
import { ensurePrograms, isProgram } from './system-packages.mjs';

/** Speech for tests comes from espeak-ng where no recordings are at hand; pages run in Debian's Chromium. */
const TEST_PROGRAMS = { chromium: 'chromium', 'espeak-ng': 'espeak-ng' };

/**
 * Prepares the checkout; returns the environment to run our commands with.
 * `worker` (default true): the mediasoup Worker; `client` (default true): the demo page; `tests` (default false): test programs.
 */
export async function prepare({ worker = true, client = true, tests = false } = {}) {
  await installPackages();
  const environment = nodeEnvironment(findNode());
  if (tests) {
    const { CHROMIUM } = process.env;
    const { chromium: _, ...others } = TEST_PROGRAMS;
    if (CHROMIUM && !isProgram(CHROMIUM)) {
      throw new SetupError(`CHROMIUM=${CHROMIUM} is no program that can be run`, 'unset it or mend it');
    }
    await ensurePrograms(CHROMIUM ? others : TEST_PROGRAMS);
    environment.CHROMIUM = CHROMIUM || 'chromium';
  }
  if (worker) environment.MEDIASOUP_WORKER_BIN = await ensureWorker();
  if (client) await buildClient(environment);
  return environment;
}
