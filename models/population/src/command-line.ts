import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { renderLayers } from './commands/layers.ts';
import { renderMean } from './commands/mean.ts';
import { renderPeople } from './commands/people.ts';
import { renderSheets, SHEET_KINDS } from './commands/sheet.ts';
import { renderViews } from './commands/views.ts';
import { PopulationError } from './errors.ts';
import { bundlePage } from './page/page-bundle.ts';
import type { Look } from './person.ts';

const USAGE = `Renders the synthetic population in headless Chromium (variable CHROMIUM names another binary).

  people --pack PATH --out DIR --from N --to M [--size 640] [--workers 2] [--vertices FILE]
                                                                                 tone-free skin and geometry
  mean   --pack PATH --out DIR                                                   the mean head
  layers --pack PATH --out DIR [--vertices FILE] [--kinds hair,eye]              all layers of the style
  views  --pack PATH --out DIR --from N --to M [--views 6] [--size 192] [--workers 2]
                                                                                 small pictures for the recogniser
  sheet  --pack PATH --out DIR [--show people|ages|tones|hair] [--from 100] [--count 32] [--size 192]
         [--look illustrated|natural]                                            to look at

  --pack      folder of the face assets (see README.md)
  --vertices  vertices to project, default DIR/verts.json`;

const log = (line: string) => console.log(line);

/** npm runs a workspace's script in the workspace; paths are meant from where the command was typed. */
function fromCaller(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw PopulationError.badArgument(`--${name} is missing`);
  return value;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw PopulationError.badArgument(`--${name} must be a whole number`);
  return value;
}

function looksOf(look: string | undefined): readonly Look[] {
  if (look === undefined) return ['illustrated', 'natural'];
  if (look === 'illustrated' || look === 'natural') return [look];
  throw PopulationError.badArgument('--look must be illustrated or natural');
}

async function main(args: string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      pack: text,
      out: text,
      from: text,
      to: text,
      workers: text,
      vertices: text,
      kinds: text,
      count: text,
      size: text,
      look: text,
      show: text,
      views: text,
      help: { type: 'boolean' },
    },
  });
  const command = positionals[0];
  if (values.help || command === undefined) return log(USAGE);
  if (!['people', 'mean', 'layers', 'views', 'sheet'].includes(command)) {
    throw PopulationError.badArgument(`unknown command "${command}"\n\n${USAGE}`);
  }
  const packFolder = fromCaller(required('pack', values.pack));
  const outFolder = fromCaller(required('out', values.out));
  if (!existsSync(join(packFolder, 'index.json'))) {
    throw PopulationError.badArgument(`no face pack at ${packFolder} (README.md says where it comes from)`);
  }
  const verticesFile = values.vertices ? fromCaller(values.vertices) : join(outFolder, 'verts.json');
  const page = { packFolder, outFolder, bundle: await bundlePage() };
  switch (command) {
    case 'people': {
      const from = wholeNumber('from', required('from', values.from));
      const to = wholeNumber('to', required('to', values.to));
      const workers = wholeNumber('workers', values.workers ?? '2');
      const size = wholeNumber('size', values.size ?? '640');
      const rendered = await renderPeople({ ...page, verticesFile, from, to, size, workers, log });
      return log(`${rendered} people rendered`);
    }
    case 'mean':
      return renderMean(page);
    case 'layers': {
      const kinds = values.kinds?.split(',');
      return renderLayers({ ...page, verticesFile, log, ...(kinds ? { kinds } : {}) });
    }
    case 'views': {
      const from = wholeNumber('from', required('from', values.from));
      const to = wholeNumber('to', required('to', values.to));
      const views = wholeNumber('views', values.views ?? '6');
      const size = wholeNumber('size', values.size ?? '192');
      const workers = wholeNumber('workers', values.workers ?? '2');
      const rendered = await renderViews({ ...page, from, to, views, size, workers, log });
      return log(`${rendered} people rendered`);
    }
    default: {
      const from = wholeNumber('from', values.from ?? '100');
      const count = wholeNumber('count', values.count ?? '32');
      const size = wholeNumber('size', values.size ?? '192');
      const kind = SHEET_KINDS.find((name) => name === (values.show ?? 'people'));
      if (!kind) throw PopulationError.badArgument(`--show must be one of ${SHEET_KINDS.join(', ')}`);
      return renderSheets({ ...page, kind, from, count, size, looks: looksOf(values.look), log });
    }
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error instanceof PopulationError ? error.message : error);
  process.exitCode = 1;
});
