// The training commands' own Python: a venv in the cache. Nothing that npm start or npm test runs needs it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, logs, root } from './places.mjs';
import { logged, SetupError, step, tail } from './report.mjs';
import { ensurePrograms, installDebianPackages } from './system-packages.mjs';

/** Path of the venv's python, made and filled from models/training/requirements*.txt if need be. */
export async function ensureTrainingVenv() {
  const requirements = join(root, 'models/training/requirements.txt');
  const alone = join(root, 'models/training/requirements-alone.txt');
  const stamp = createHash('sha256').update(readFileSync(requirements)).update(readFileSync(alone)).digest('hex');
  const folder = join(cache, `venv-${stamp.slice(0, 12)}`);
  const python = join(folder, 'bin/python');
  const stampFile = join(folder, '.timbre-setup');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return python;
  await ensurePrograms({ python3: 'python3' });
  await step('training venv: PyTorch and friends, about 5 GB, once', async () => {
    const log = join(logs, 'training-venv.log');
    const make = () => logged('python3', ['-m', 'venv', '--clear', folder], { log });
    if ((await make()) !== 0) {
      await installDebianPackages(['python3-venv'], 'python3 has no venv module');
      if ((await make()) !== 0) throw new SetupError(`python3 -m venv failed:\n${tail(log)}`, `see ${log}`);
    }
    for (const packages of [
      ['-r', requirements],
      ['--no-deps', '-r', alone],
    ]) {
      const status = await logged(python, ['-m', 'pip', 'install', '-q', ...packages], { log });
      if (status !== 0)
        throw new SetupError(`pip ended with ${status}:\n${tail(log)}`, `see ${log}; is PyPI reachable?`);
    }
    writeFileSync(stampFile, stamp);
  });
  return python;
}
