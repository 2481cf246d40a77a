// npm run bench NAME: one benchmark of test/bench, with everything it needs set up.
import { foreground } from './child.mjs';
import { root } from './places.mjs';
import { prepare } from './prepare.mjs';
import { fail } from './report.mjs';

/** Benchmarks of the models alone: no call, hence no mediasoup Worker, no page, no test programs. */
const MODELS_ONLY = ['encoder'];

const isModelsOnly = MODELS_ONLY.includes(process.argv[2]);
const needs = isModelsOnly ? { worker: false, client: false } : { tests: true };
const env = await prepare(needs).catch(fail);
const args = ['test/bench/bench.ts', ...process.argv.slice(2)];
process.exitCode = await foreground('node', args, { env, cwd: root }).catch(fail);
