// npm test: sets up what is missing, then lint, types, unit and integration tests, end-to-end tests in Chromium.
// npm run test:unit -- ARGS, npm run test:e2e -- ARGS: one of the stages, with arguments for Vitest.
import { foreground } from './child.mjs';
import { root } from './places.mjs';
import { prepare } from './prepare.mjs';
import { fail } from './report.mjs';

const STAGES = {
  lint: { title: 'lint', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  types: { title: 'types', command: 'tsc', args: ['-b'] },
  unit: { title: 'unit and integration', command: 'vitest', args: ['run'] },
  e2e: { title: 'end to end in Chromium', command: 'vitest', args: ['run', '--config', 'vitest.e2e.config.ts'] },
};

const [only, ...more] = process.argv.slice(2);
const stages = only ? [STAGES[only]] : Object.values(STAGES);
if (!stages[0]) {
  console.error(`no stage ${only}; there are: ${Object.keys(STAGES).join(', ')}`);
  process.exit(2);
}
const env = await prepare({ tests: true }).catch(fail);
for (const { title, command, args } of stages) {
  console.log(`\n== ${title}`);
  const status = await foreground(command, [...args, ...more], { env, cwd: root }).catch(fail);
  if (status !== 0) {
    console.error(`\n${title}: failed with status ${status}`);
    process.exit(status);
  }
}
