// npm run evaluate [-- ARGS]: the table of models/evaluation/evaluate.py, in the training venv, with the Node that draws
// its portraits.
import { foreground } from './child.mjs';
import { findNode, installPackages, nodeEnvironment } from './packages.mjs';
import { root } from './places.mjs';
import { fail } from './report.mjs';
import { ensurePrograms } from './system-packages.mjs';
import { ensureTrainingVenv } from './training-venv.mjs';

await installPackages().catch(fail);
// Codecs of calls; voices for `--config tiny`.
await ensurePrograms({ ffmpeg: 'ffmpeg', 'espeak-ng': 'espeak-ng' }).catch(fail);
const python = await ensureTrainingVenv().catch(fail);
const args = ['models/evaluation/evaluate.py', ...process.argv.slice(2)];
process.exitCode = await foreground(python, args, { env: nodeEnvironment(findNode()), cwd: root }).catch(fail);
