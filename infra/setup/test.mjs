// npm test: sets up what is missing, then lint, types, unit and integration tests, end-to-end tests in Chromium.
import { foreground } from './child.mjs';
import { root } from './places.mjs';
import { prepare } from './prepare.mjs';
import { fail } from './report.mjs';

const STAGES = [
  ['lint', 'biome', ['check', '--error-on-warnings', '.']],
  ['types', 'tsc', ['-b']],
  ['unit and integration', 'vitest', ['run']],
  ['end to end in Chromium', 'vitest', ['run', '--config', 'vitest.e2e.config.ts']],
];

const env = await prepare({ tests: true }).catch(fail);
for (const [title, command, args] of STAGES) {
  console.log(`\n== ${title}`);
  const status = await foreground(command, args, { env, cwd: root }).catch(fail);
  if (status !== 0) {
    console.error(`\n${title}: failed with status ${status}`);
    process.exit(status);
  }
}
