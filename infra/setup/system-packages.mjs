// Programs that npm can't bring: installed with apt where we may, named in the error where we may not.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { logs } from './places.mjs';
import { logged, SetupError, step, tail } from './report.mjs';

/** True for a command on PATH and for the path of a program. */
export function isProgram(command) {
  // dash's `command -v` is content with any file at a path.
  const script = 'program=$(command -v "$1") && [ -f "$program" ] && [ -x "$program" ]';
  return spawnSync('sh', ['-c', script, 'sh', command]).status === 0;
}

/** Who may install: root directly, or a user whose sudo asks no password. Undefined: nobody. */
function installer() {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined;
}

/** Installs Debian packages, or says which are missing and why they are needed. */
export async function installDebianPackages(packages, why) {
  const remedy = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  const prefix = installer();
  if (!isProgram('apt-get') || !prefix) throw new SetupError(why, `run as root: ${remedy}`);
  await step(`Debian packages: ${packages.join(', ')}`, async () => {
    const log = join(logs, 'apt.log');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) => {
      const [command, ...rest] = [...prefix, 'apt-get', ...args];
      return logged(command, rest, { log, env });
    };
    const install = () => apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
    if ((await install()) === 0) return;
    await apt('update', '-qq');
    if ((await install()) !== 0) throw new SetupError(`apt-get failed:\n${tail(log)}`, `see ${log}, or run: ${remedy}`);
  });
}

/**
 * Makes sure that programs exist.
 * @param wanted {Record<string, string>} command -> Debian package that has it
 */
export async function ensurePrograms(wanted) {
  const missing = Object.entries(wanted).filter(([command]) => !isProgram(command));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))];
  await installDebianPackages(packages, `not installed: ${missing.map(([command]) => command).join(', ')}`);
}
