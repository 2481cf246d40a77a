// npm run sidecar: only the inference sidecar, on a host of its own. TIMBRE_TAP_SECRET must be that of the SFU.
import { foreground } from './child.mjs';
import { root } from './places.mjs';
import { prepare } from './prepare.mjs';
import { fail } from './report.mjs';

const env = await prepare({ worker: false, client: false }).catch(fail);
process.exitCode = await foreground('node', ['server/src/inference.main.ts'], { env, cwd: root }).catch(fail);
