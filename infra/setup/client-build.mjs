// The demo page, built once and again only when a source of it changed.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logs, root } from './places.mjs';
import { logged, SetupError, step, tail } from './report.mjs';

const SOURCES = ['client', 'plugin', 'models/runtime', 'package-lock.json'];
const NOT_SOURCES = new Set(['dist', 'node_modules']);

function* files(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) yield [path, stat];
  else for (const name of readdirSync(path).sort()) if (!NOT_SOURCES.has(name)) yield* files(join(path, name));
}

function sourceStamp() {
  const hash = createHash('sha256');
  for (const source of SOURCES)
    for (const [path, stat] of files(join(root, source))) {
      hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
    }
  return hash.digest('hex');
}

/** Builds client/dist. `environment` must carry the Node to run with. */
export async function buildClient(environment) {
  const stampFile = join(root, 'client/dist/.timbre-stamp');
  const stamp = sourceStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  await step('demo page', async () => {
    const log = join(logs, 'client-build.log');
    const status = await logged('vite', ['build'], { log, env: environment, cwd: join(root, 'client') });
    if (status !== 0) throw new SetupError(`vite build ended with ${status}:\n${tail(log)}`, `see ${log}`);
    writeFileSync(stampFile, stamp);
  });
}
