// Where things are: the checkout, its cache outside node_modules, and the versions that set-up pins.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** Everything built or fetched that outlives `node_modules`: TIMBRE_CACHE, else ~/.cache/timbre. */
export const cache =
  process.env.TIMBRE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'timbre');
export const logs = join(cache, 'logs');

/** The version of mediasoup that server/package.json pins. */
export function mediasoupVersion() {
  return JSON.parse(readFileSync(join(root, 'server/package.json'), 'utf8')).dependencies.mediasoup;
}
