// npm run test:training: the training code's tests, then a tiny training of both networks for real, on the CPU.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { foreground } from './child.mjs';
import { findNode, installPackages, nodeEnvironment } from './packages.mjs';
import { cache, root } from './places.mjs';
import { fail } from './report.mjs';
import { ensurePrograms } from './system-packages.mjs';
import { ensureTrainingVenv } from './training-venv.mjs';

const folder = join(cache, 'face-tiny');
const picture = join(folder, 'comparison.jpg');
const STAGES = [
  ['training code', ['-m', 'pytest', '-q', 'test/models']],
  ['tiny face decoder', ['models/training/train_face.py', '--config', 'tiny']],
  ['tiny face recogniser', ['models/training/train_recogniser.py', '--config', 'tiny']],
  ['tiny face recogniser: export', ['models/training/export_recogniser.py', '--config', 'tiny']],
  [
    'tiny comparison',
    ['models/evaluation/comparison_figure.py', '--config', 'tiny', '--people', '3', '--out', picture],
  ],
  ['tiny voice encoder', ['models/training/train_voice.py', '--config', 'tiny']],
  ['tiny evaluation', ['models/evaluation/evaluate.py', '--config', 'tiny']],
];

// The evaluation draws portraits with the product's own code.
await installPackages().catch(fail);
const python = await ensureTrainingVenv().catch(fail);
// Clips for the tiny voice training where no recordings are at hand; ffmpeg carries them through Opus.
await ensurePrograms({ 'espeak-ng': 'espeak-ng', ffmpeg: 'ffmpeg' }).catch(fail);
// Trainings resume; what an earlier version left must neither be resumed nor save this one its work.
rmSync(folder, { recursive: true, force: true });
for (const [title, args] of STAGES) {
  console.log(`\n== ${title}`);
  const status = await foreground(python, args, {
    env: nodeEnvironment(findNode()),
    cwd: root,
  }).catch(fail);
  if (status !== 0) {
    console.error(`\n${title}: failed with status ${status}`);
    process.exit(status);
  }
}
