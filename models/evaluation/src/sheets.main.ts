/** `npm run sheets [-- NAMES]`: contact sheets of faces, for critical eyes. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { contactSheet, DEFAULT_MODELS_FOLDER, loadModels, loadPuppetAssets, PortraitPainter } from 'timbre';
import { cartoonSheet } from './cartoon-sheet.ts';
import { heldOutVoices } from './held-out-voices.ts';
import { expressionsSheet, interpolationSheet, stylesSheet } from './puppet-sheets.ts';
import type { Sheet, SheetTools } from './sheet.ts';
import { clipsSheet, failuresSheet, secondsSheet, voicesSheet } from './voice-sheets.ts';

const SHEETS: Readonly<Record<string, (tools: SheetTools) => Promise<Sheet>>> = {
  voices: voicesSheet,
  clips: clipsSheet,
  seconds: secondsSheet,
  styles: stylesSheet,
  expressions: expressionsSheet,
  interpolation: interpolationSheet,
  cartoon: cartoonSheet,
  failures: failuresSheet,
};

interface Options {
  readonly speech: string;
  readonly out: string;
  readonly size: number;
}

/** npm runs a script at the root: paths are meant from where the command was given. */
const fromCaller = (path: string) => resolve(process.env.INIT_CWD ?? '.', path);

const program = new Command('sheets')
  .description(`contact sheets, drawn with the models of this checkout: ${Object.keys(SHEETS).join(', ')}`)
  .argument('[names...]', 'which sheets (default: all)')
  .option('--speech <folder>', 'folder with speakers.csv; only its `validate` speakers are drawn', '../shared/speech')
  .option('--out <folder>', 'where the sheets go', 'docs/sheets')
  .option('--size <px>', 'side of a picture', Number, 192)
  .parse();
const { speech, out, size } = program.opts<Options>();
const wanted = program.args.length > 0 ? program.args : Object.keys(SHEETS);
const unknown = wanted.filter((name) => !(name in SHEETS));
if (unknown.length > 0) program.error(`no such sheet: ${unknown.join(', ')}`, { exitCode: 2 });

const models = await loadModels(DEFAULT_MODELS_FOLDER);
const painter = new PortraitPainter(models.decoder, await loadPuppetAssets(DEFAULT_MODELS_FOLDER));
const progress = (done: number, total: number) => {
  if (done % 10 === 0 || done === total) process.stderr.write(`heard ${done} of ${total} voices\n`);
};
const voices = await heldOutVoices(fromCaller(speech), models, progress);
await mkdir(fromCaller(out), { recursive: true });
for (const name of wanted) {
  const { columns, cells } = await SHEETS[name]!({ models, painter, voices, size });
  const file = join(fromCaller(out), `${name}.jpg`);
  const sheet = await contactSheet(cells, { columns, size });
  const { size: bytes } = await sheet.jpeg({ quality: 82, mozjpeg: true }).toFile(file);
  process.stderr.write(`${file}: ${cells.length} faces, ${Math.round(bytes / 1000)} kB\n`);
}
