// npm run train -- FILE.py [ARGS]: a training command in the training venv. Without a file: only makes the venv.
import { foreground } from './child.mjs';
import { root } from './places.mjs';
import { fail } from './report.mjs';
import { ensureTrainingVenv } from './training-venv.mjs';

const python = await ensureTrainingVenv().catch(fail);
const [file, ...args] = process.argv.slice(2);
const env = { ...process.env, ORT_DISABLE_TELEMETRY: '1' };
if (file) process.exitCode = await foreground(python, [file, ...args], { env, cwd: root }).catch(fail);
else console.log(`training venv: ${python}`);
