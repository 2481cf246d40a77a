// npm run test:training: the training code's tests, then a tiny training of both networks for real, on the CPU.
import { foreground } from './child.mjs';
import { root } from './places.mjs';
import { fail } from './report.mjs';
import { ensurePrograms } from './system-packages.mjs';
import { ensureTrainingVenv } from './training-venv.mjs';

const STAGES = [
  ['training code', ['-m', 'pytest', '-q', 'test/models']],
  ['tiny face decoder', ['models/training/train_face.py', '--config', 'tiny']],
  ['tiny voice encoder', ['models/training/train_voice.py', '--config', 'tiny']],
];

const python = await ensureTrainingVenv().catch(fail);
// Clips for the tiny voice training where no recordings are at hand; ffmpeg carries them through Opus.
await ensurePrograms({ 'espeak-ng': 'espeak-ng', ffmpeg: 'ffmpeg' }).catch(fail);
for (const [title, args] of STAGES) {
  console.log(`\n== ${title}`);
  const status = await foreground(python, args, {
    env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
    cwd: root,
  }).catch(fail);
  if (status !== 0) {
    console.error(`\n${title}: failed with status ${status}`);
    process.exit(status);
  }
}
