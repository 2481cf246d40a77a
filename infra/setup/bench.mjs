// npm run bench NAME: one benchmark of test/bench, with everything it needs set up.
import { foreground } from './child.mjs';
import { root } from './places.mjs';
import { prepare } from './prepare.mjs';
import { fail } from './report.mjs';

const env = await prepare({ tests: true }).catch(fail);
const args = ['test/bench/bench.ts', ...process.argv.slice(2)];
process.exitCode = await foreground('node', args, { env, cwd: root }).catch(fail);
