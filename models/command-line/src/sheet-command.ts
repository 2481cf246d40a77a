/** `timbre sheet`: the pictures of a folder on one labelled sheet, for people to look at. */
import { readdir, readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { contactSheet, type SheetPicture } from './contact-sheet.ts';
import { CommandError } from './errors.ts';

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

const LEAST_SIZE = 16;
const MOST_SIZE = 2048;

/** Throws CommandError if there is nothing to lay out, or a picture can't be read or written. */
export async function sheetCommand(folder: string, options: SheetCommandOptions): Promise<void> {
  const { out, columns = 6, size = 256 } = options;
  if (!Number.isInteger(columns) || columns < 1) throw CommandError.badArguments('--columns must be at least 1');
  if (!Number.isInteger(size) || size < LEAST_SIZE || size > MOST_SIZE) {
    throw CommandError.badArguments(`--size must be ${LEAST_SIZE} to ${MOST_SIZE} pixels`);
  }
  const entries = await listEntries(folder, options.labels);
  if (entries.length === 0) throw CommandError.badArguments(`${folder} holds no PNG files`);
  const sheet = await contactSheet(entries, { columns, size });
  await sheet.toFile(out).catch((error: unknown) => {
    throw CommandError.unwritable(out, error);
  });
}

async function listEntries(folder: string, labels: string | undefined): Promise<SheetPicture[]> {
  try {
    if (labels === undefined) {
      const names = (await readdir(folder)).filter((name) => name.toLowerCase().endsWith('.png')).sort();
      return names.map((name) => ({ picture: join(folder, name), label: parse(name).name }));
    }
    const lines = (await readFile(labels, 'utf8')).split(/\r?\n/).filter((line) => line.trim() !== '');
    return lines.map((line) => {
      const [name = '', label = parse(name).name] = line.split('\t');
      return { picture: join(folder, name), label };
    });
  } catch (error) {
    throw CommandError.badArguments(`${labels ?? folder}: ${CommandError.fromFileSystem(error).message}`);
  }
}
