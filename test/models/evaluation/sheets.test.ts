import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { DIGITAL_SOURCE_TYPE } from 'timbre';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { speak } from '../command-line/command.ts';

const program = fileURLToPath(new URL('../../../models/evaluation/src/sheets.main.ts', import.meta.url));
const WORDS = 'The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background.';
const PATIENCE_MS = 120_000;
let folder: string;

async function sheets(...args: readonly string[]): Promise<{ status: number | null; stderr: string }> {
  const child = spawn(process.execPath, ['--conditions=timbre-source', program, ...args], { stdio: 'pipe' });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stderr, status] = await Promise.all([text(child.stderr), closed]);
  return { status, stderr };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'timbre-sheets-'));
  await mkdir(join(folder, 'clips'));
  await speak('en-us', WORDS, join(folder, 'clips', 'low.wav'));
  await speak('en+f4', WORDS, join(folder, 'clips', 'high.wav'));
  await copyFile(join(folder, 'clips', 'low.wav'), join(folder, 'clips', 'trained-on.wav'));
  const rows = ['validate,made-up,ann,clips/high.wav,female,25,', 'validate,made-up,bob,clips/low.wav,male,,'];
  const table = [
    'split,set,speaker,file,sex,age,suspect_label',
    ...rows,
    'train,made-up,eve,clips/trained-on.wav,male,,',
  ];
  await writeFile(join(folder, 'speakers.csv'), `${table.join('\n')}\n`);
}, PATIENCE_MS);
afterAll(async () => rm(folder, { recursive: true }));

test(
  'sheets show the validate voices alone, marked as generated',
  async () => {
    const { status, stderr } = await sheets(
      'voices',
      'failures',
      '--speech',
      folder,
      '--out',
      join(folder, 'out'),
      '--size',
      '64',
    );
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('heard 2 of 2 voices');
    expect(stderr).toContain('voices.jpg: 2 faces');
    expect((await readdir(join(folder, 'out'))).sort()).toEqual(['failures.jpg', 'voices.jpg']);
    const { width, xmpAsString } = await sharp(join(folder, 'out', 'voices.jpg')).metadata();
    expect(width).toBe(8 + 2 * (64 + 8));
    expect(xmpAsString).toContain(DIGITAL_SOURCE_TYPE);
  },
  PATIENCE_MS,
);

test(
  'an unknown sheet is named before anything is heard',
  async () => {
    const { status, stderr } = await sheets('portraits', '--speech', folder);
    expect(status).toBe(2);
    expect(stderr).toContain('no such sheet: portraits');
  },
  PATIENCE_MS,
);
