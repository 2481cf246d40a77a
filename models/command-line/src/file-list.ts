import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CommandError } from './errors.ts';

/** Paths of a list file, one a line; `-` is standard input. Empty lines don't count. Throws CommandError. */
export async function readFileList(list: string, input: AsyncIterable<unknown> = process.stdin): Promise<string[]> {
  const lines = list === '-' ? await text(input as NodeJS.ReadableStream) : await readList(list);
  return lines.split(/\r?\n/).filter((line) => line.trim() !== '');
}

async function readList(list: string): Promise<string> {
  try {
    return await readFile(list, 'utf8');
  } catch (error) {
    throw CommandError.badArguments(`--from ${list}: ${CommandError.fromFileSystem(error).message}`);
  }
}
