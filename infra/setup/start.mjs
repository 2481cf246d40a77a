// npm start: sets up what is missing, then serves the call (SFU, signalling, page) and its sidecar.
import { foreground } from './child.mjs';
import { root } from './places.mjs';
import { prepare } from './prepare.mjs';
import { fail } from './report.mjs';

const env = await prepare().catch(fail);
process.exitCode = await foreground('node', ['server/src/start.main.ts'], { env, cwd: root }).catch(fail);
