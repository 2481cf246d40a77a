/** The command line `timbre`. */
import { Command, CommanderError, Option } from 'commander';
import { CommandError } from './errors.ts';
import { type FaceCommandOptions, faceCommand } from './face-command.ts';
import { type SheetCommandOptions, sheetCommand } from './sheet-command.ts';

// A reader that has gone (`| head`) shows in the write that fails; without this its event would end the process first.
process.stdout.on('error', () => undefined);

const WRONG_ARGUMENTS = 2;

const program = new Command('timbre')
  .description('Faces drawn from voices. An impression, never a likeness.')
  .exitOverride();

program
  .command('face')
  .description('draw a face for each voice file (wav, mp3, opus, ogg, flac): a PNG and a JSON line per file')
  .argument('[files...]', 'voice files')
  .option('--from <list>', 'read paths from this file, one a line; - for standard input')
  .option('--out <folder>', 'folder of the pictures', 'faces')
  .option('--no-out', 'draw no pictures')
  .option('--jsonl <file>', 'write the JSON lines to this file, - for standard output', '-')
  .option('--size <px>', 'side of a picture', Number, 512)
  .addOption(
    new Option('--look <name>', 'how pictures are drawn').choices(['illustrated', 'cartoon']).default('illustrated'),
  )
  .option('--seed <text>', 'draw all faces in the style of this seed instead of one per file name')
  .option('--jobs <count>', 'files worked on at a time (default: one per core)', Number)
  .addOption(
    new Option('--models <folder>', 'folder of the models (default: those of this checkout)').env('TIMBRE_MODELS'),
  )
  .action(async (files: string[], options: FaceCommandOptions) => {
    const failures = await faceCommand(files, options);
    if (failures > 0) process.exitCode = 1;
  });

program
  .command('sheet')
  .description('lay the pictures of a folder out on one labelled sheet')
  .argument('<folder>', 'folder of PNG files')
  .requiredOption('--out <file>', 'the sheet: .png, .jpg or .webp')
  .option('--columns <count>', 'pictures in a row', Number, 6)
  .option('--size <px>', 'side of a picture on the sheet', Number, 256)
  .option('--labels <file>', 'a text file, one line per picture: NAME.png TAB LABEL, in the order wanted')
  .action(async (folder: string, options: SheetCommandOptions) => sheetCommand(folder, options));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // It has said what is wrong, or printed the help that was asked for.
    process.exitCode = error.exitCode === 0 ? 0 : WRONG_ARGUMENTS;
  } else if (error instanceof CommandError) {
    process.stderr.write(`timbre: ${error.message}\n`);
    process.exitCode = error.reason === 'bad-arguments' ? WRONG_ARGUMENTS : 1;
  } else throw error;
}
