/** `timbre sheet`: the pictures of a folder on one labelled sheet, for people to look at. */
import { readdir, readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import sharp from 'sharp';
import { CommandError } from './errors.ts';
import { generatedXmp } from './generated-mark.ts';

export interface SheetCommandOptions {
  /** The sheet's file; its ending decides the format. */
  readonly out: string;
  /** Default: 6. */
  readonly columns?: number | undefined;
  /** Pixels of a picture on the sheet. Default: 256. */
  readonly size?: number | undefined;
  /** Lines `NAME.png<TAB>LABEL`: which pictures, in which order, called what. Default: all, by name. */
  readonly labels?: string | undefined;
}

interface Entry {
  readonly file: string;
  readonly label: string;
}

const LABEL_HEIGHT = 28;
const GAP = 8;
const LEAST_SIZE = 16;
const MOST_SIZE = 2048;
const PAPER = '#f4f5f7';

/** Throws CommandError if there is nothing to lay out. */
export async function sheetCommand(folder: string, options: SheetCommandOptions): Promise<void> {
  const { out, columns = 6, size = 256 } = options;
  if (!Number.isInteger(columns) || columns < 1) throw CommandError.badArguments('--columns must be at least 1');
  if (!Number.isInteger(size) || size < LEAST_SIZE || size > MOST_SIZE) {
    throw CommandError.badArguments(`--size must be ${LEAST_SIZE} to ${MOST_SIZE} pixels`);
  }
  const entries = await listEntries(folder, options.labels);
  if (entries.length === 0) throw CommandError.badArguments(`${folder} holds no PNG files`);
  const perRow = Math.min(columns, entries.length);
  const cell = { width: size + GAP, height: size + LABEL_HEIGHT + GAP };
  const pieces = await Promise.all(
    entries.map(async ({ file, label }, place) => {
      const left = GAP + (place % perRow) * cell.width;
      const top = GAP + Math.floor(place / perRow) * cell.height;
      return [
        { input: await readPicture(file, size), left, top },
        { input: Buffer.from(labelSvg(label, size)), left, top: top + size },
      ];
    }),
  );
  await sharp({
    create: {
      width: GAP + perRow * cell.width,
      height: GAP + Math.ceil(entries.length / perRow) * cell.height,
      channels: 3,
      background: PAPER,
    },
  })
    .composite(pieces.flat())
    .withXmp(generatedXmp())
    .toFile(out)
    .catch((error: unknown) => {
      throw CommandError.unwritable(out, error);
    });
}

function readPicture(file: string, size: number): Promise<Buffer> {
  const picture = sharp(file).resize(size, size).png().toBuffer();
  return picture.catch((error: Error) => {
    throw CommandError.undecodablePicture(file, error);
  });
}

async function listEntries(folder: string, labels: string | undefined): Promise<Entry[]> {
  try {
    if (labels === undefined) {
      const names = (await readdir(folder)).filter((name) => name.toLowerCase().endsWith('.png')).sort();
      return names.map((name) => ({ file: join(folder, name), label: parse(name).name }));
    }
    const lines = (await readFile(labels, 'utf8')).split(/\r?\n/).filter((line) => line.trim() !== '');
    return lines.map((line) => {
      const [name = '', label = parse(name).name] = line.split('\t');
      return { file: join(folder, name), label };
    });
  } catch (error) {
    throw CommandError.badArguments(`${labels ?? folder}: ${CommandError.fromFileSystem(error).message}`);
  }
}

function labelSvg(label: string, width: number): string {
  const escaped = label.replace(/[<>&"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${LABEL_HEIGHT}">
  <text x="${width / 2}" y="19" text-anchor="middle" font-family="DejaVu Sans, Liberation Sans, sans-serif"
    font-size="13" fill="#2b323c">${escaped}</text>
</svg>`;
}
