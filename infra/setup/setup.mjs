// npm run setup: everything that npm start and npm test would set up, without starting anything.
import { prepare } from './prepare.mjs';
import { fail } from './report.mjs';

await prepare({ tests: true }).catch(fail);
console.log('set up: npm start serves the call, npm test runs the tests');
