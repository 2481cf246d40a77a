#!/usr/bin/env node
/**
 * Starts the command line with a Node that can run it. The machine's own Node may be 20; the workspace brings a newer one
 * along. From a checkout the TypeScript sources run as they are, from an installed package the build.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Node 22 and 23 run TypeScript as it is from these minor versions on, 24 from its first. */
const LEAST_MINOR = { 22: 18, 23: 6 };

function findNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major >= 24 || minor >= LEAST_MINOR[major]) return process.execPath;
  for (let folder = packageFolder; folder !== dirname(folder); folder = dirname(folder)) {
    const node = join(folder, 'node_modules', '.bin', 'node');
    if (existsSync(node)) return node;
  }
  console.error(
    `timbre: needs Node 22.18 or newer, this is ${process.versions.node}; npm install brings one along on Linux`,
  );
  process.exit(1);
}

const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(packageFolder, 'src', 'cli.main.ts');
// Node doesn't strip types of anything inside node_modules.
const fromSource = existsSync(source) && !packageFolder.includes(`node_modules`);
const program = fromSource ? ['--conditions=timbre-source', source] : [join(packageFolder, 'dist', 'cli.main.js')];

const child = spawn(findNode(), [...program, ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = signal ? 1 : (code ?? 1);
});
