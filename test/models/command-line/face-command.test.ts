import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { DIGITAL_SOURCE_TYPE, type FaceLine } from 'timbre';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { speak, timbre } from './command.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/speech/', import.meta.url));
const WORDS = 'Good morning everybody. This is one of the voices that the test listens to, for several seconds.';
/** Workers load three networks; the machine may be busy. */
const PATIENCE_MS = 120_000;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'timbre-face-'));
  await speak('en-us', WORDS, join(folder, 'low.wav'));
  await speak('en+f4', WORDS, join(folder, 'high.wav'));
  await speak('en-us', 'Hi.', join(folder, 'short.wav'));
  await writeFile(join(folder, 'broken.wav'), 'not a sound');
}, PATIENCE_MS);
afterAll(async () => rm(folder, { recursive: true }));

const linesOf = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as FaceLine);

test(
  'each file gives a marked picture and a line in the order given; broken ones are named and the others go on',
  async () => {
    const files = ['low.wav', 'broken.wav', 'missing.mp3', 'short.wav', 'high.wav'];
    const { status, stdout, stderr } = await timbre(['face', ...files, '--size', '128'], { cwd: folder });
    expect(status).toBe(1);
    expect(stderr).toContain('broken.wav: this is no WAV');
    expect(stderr).toContain('missing.mp3: there is no such file');

    const lines = linesOf(stdout);
    expect(lines.map(({ file }) => file)).toEqual(['low.wav', 'short.wav', 'high.wav']);
    const [low, short, high] = lines as [FaceLine, FaceLine, FaceLine];
    expect(short).toMatchObject({ code: null, reason: expect.stringContaining('not enough speech') });
    for (const line of [low, high]) {
      expect(Object.keys(line)).toEqual([
        ...['file', 'seconds', 'voicedSeconds', 'code', 'confidence', 'presentation', 'ageYears'],
      ]);
      expect(line.code).toHaveLength(128);
      expect(line.voicedSeconds).toBeGreaterThan(3);
      expect(line.voicedSeconds).toBeLessThanOrEqual(line.seconds);
      expect(line.confidence).toBeGreaterThanOrEqual(0);
      expect(line.confidence).toBeLessThanOrEqual(1);
      expect(line.ageYears).toBeGreaterThan(0);
    }
    expect(high.code).not.toEqual(low.code);

    expect((await readdir(join(folder, 'faces'))).sort()).toEqual(['high.png', 'low.png']);
    const picture = sharp(join(folder, 'faces', 'low.png'));
    expect(await picture.metadata()).toMatchObject({ format: 'png', width: 128, height: 128, hasAlpha: false });
    const { xmpAsString } = await picture.metadata();
    expect(xmpAsString).toContain(`<Iptc4xmpExt:DigitalSourceType>${DIGITAL_SOURCE_TYPE}<`);
    // A face, not a flat card; and the dark badge with white letters in its corner.
    const { channels } = await picture.stats();
    expect(channels[0]!.stdev).toBeGreaterThan(15);
    const corner = await sharp(join(folder, 'faces', 'low.png'))
      .extract({ left: 110, top: 115, width: 14, height: 9 })
      .stats();
    expect(corner.channels[0]!.min).toBeLessThan(110);
    expect(corner.channels[0]!.max).toBeGreaterThan(180);
  },
  PATIENCE_MS,
);

test(
  'the same file gives the same line and the same picture, in every format, from a list on standard input',
  async () => {
    const files = ['speech.mp3', 'speech.opus', 'speech.flac', 'speech.ogg'].map((name) => join(fixtures, name));
    const run = (out: string, more: string[]) =>
      timbre(['face', '--from', '-', '--out', out, '--size', '96', ...more], {
        cwd: folder,
        input: `${files.join('\r\n')}\n\n`,
      });
    const first = await run('one', []);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    const second = await run('two', ['--jsonl', 'lines.jsonl', '--jobs', '1']);
    expect(second).toMatchObject({ status: 0, stdout: '' });
    expect(await readFile(join(folder, 'lines.jsonl'), 'utf8')).toBe(first.stdout);
    for (const name of ['speech-mp3.png', 'speech-opus.png', 'speech-flac.png', 'speech-ogg.png']) {
      const picture = await readFile(join(folder, 'one', name));
      expect(picture.equals(await readFile(join(folder, 'two', name)))).toBe(true);
    }
    expect(linesOf(first.stdout).map(({ file }) => file)).toEqual(files);
  },
  PATIENCE_MS,
);

test(
  'without pictures nothing is drawn, and a list file works as well',
  async () => {
    await writeFile(join(folder, 'list.txt'), 'high.wav\n');
    const { status, stdout } = await timbre(['face', '--from', 'list.txt', '--no-out'], { cwd: folder });
    expect(status).toBe(0);
    expect(linesOf(stdout)).toHaveLength(1);
  },
  PATIENCE_MS,
);

test(
  'a cartoon is marked like a portrait and names whose parts it is made of',
  async () => {
    const args = ['face', 'low.wav', '--look', 'cartoon', '--out', 'cartoons', '--size', '128'];
    expect((await timbre(args, { cwd: folder })).status).toBe(0);
    const metadata = await sharp(join(folder, 'cartoons', 'low.png')).metadata();
    expect(metadata).toMatchObject({ format: 'png', width: 128, height: 128, hasAlpha: false });
    expect(metadata.xmpAsString).toContain(DIGITAL_SOURCE_TYPE);
    expect(metadata.xmpAsString).toContain('<dc:rights>');
    expect(metadata.xmpAsString).toContain('Draftbit');
  },
  PATIENCE_MS,
);

test.each([
  [['face'], /no files/],
  [['face', 'low.wav', '--size', '12'], /--size/],
  [['face', '--from', 'nowhere.txt'], /nowhere\.txt: there is no such file/],
  [['face', 'low.wav', '--jobs', '0'], /--jobs/],
  [['sheet', '.', '--out', 'sheet.png', '--columns', '0'], /--columns/],
  [['sheet', '.', '--out', 'sheet.png', '--size', 'large'], /--size/],
  [['sheet', 'nowhere', '--out', 'sheet.png'], /nowhere: there is no such file/],
  [['sheet', '.'], /--out <file>/],
  [['face', 'low.wav', '--quickly'], /unknown option '--quickly'/],
])('%j is refused in one sentence', async (args, message) => {
  const { status, stderr } = await timbre(args, { cwd: folder });
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test.each([
  [['face', 'low.wav', '--out', 'broken.wav'], /cannot write into broken\.wav \(EEXIST\)/],
  [['face', 'low.wav', '--no-out', '--jsonl', 'broken.wav/lines.jsonl'], /cannot write broken\.wav\/lines\.jsonl/],
])('%j: what cannot be written is said before the work begins', async (args, message) => {
  const { status, stdout, stderr } = await timbre(args, { cwd: folder });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test(
  'a reader of the lines that goes away ends the run with one sentence',
  async () => {
    const files = Array.from({ length: 12 }, () => 'high.wav');
    const { status, stderr } = await timbre(['face', ...files, '--no-out'], { cwd: folder, closeOutput: true });
    expect(status).toBe(1);
    expect(stderr.trim()).toBe('timbre: cannot write to standard output (EPIPE)');
  },
  PATIENCE_MS,
);

test(
  'a picture that cannot be written costs its own file only; folders of the lines are made',
  async () => {
    await mkdir(join(folder, 'taken', 'low.png'), { recursive: true });
    const args = ['face', 'low.wav', 'high.wav', '--size', '64', '--out', 'taken', '--jsonl', 'new/folder/lines.jsonl'];
    const { status, stderr } = await timbre(args, { cwd: folder });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^timbre: low\.wav: cannot write taken\/low\.png \(EISDIR\)\n$/);
    const lines = linesOf(await readFile(join(folder, 'new', 'folder', 'lines.jsonl'), 'utf8'));
    expect(lines.map(({ file }) => file)).toEqual(['high.wav']);
  },
  PATIENCE_MS,
);

test('a sheet names the picture that it cannot read', async () => {
  const cards = await mkdtemp(join(folder, 'cards-'));
  await writeFile(join(cards, 'a.png'), 'no picture');
  const { status, stderr } = await timbre(['sheet', cards, '--out', 'sheet.png'], { cwd: folder });
  expect(status).toBe(1);
  expect(stderr).toMatch(/a\.png is no picture that can be read/);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test(
  'models that are not there end the run with one sentence',
  async () => {
    const { status, stderr } = await timbre(['face', 'low.wav', '--models', 'nowhere'], { cwd: folder });
    expect(status).toBe(1);
    expect(stderr).toMatch(/contract\.json: there is no such file/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  },
  PATIENCE_MS,
);

test(
  'a sheet lays the pictures of a folder out with their names',
  async () => {
    const tile = sharp({ create: { width: 40, height: 40, channels: 3, background: '#cc2200' } }).png();
    const cards = await mkdtemp(join(folder, 'cards-'));
    for (const name of ['a.png', 'b.png', 'c.png']) await writeFile(join(cards, name), await tile.toBuffer());
    const args = ['sheet', cards, '--out', 'sheet.png', '--columns', '2', '--size', '64'];
    expect(await timbre(args, { cwd: folder })).toMatchObject({ status: 0, stderr: '' });
    const { data, info } = await sharp(join(folder, 'sheet.png')).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 8 + 2 * 72, height: 8 + 2 * 100 });
    const at = (x: number, y: number) => [...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3)];
    expect(at(40, 40)).toEqual([0xcc, 0x22, 0x00]);
    expect(at(112, 40)).toEqual([0xcc, 0x22, 0x00]);
    expect(at(112, 140)).toEqual([0xf4, 0xf5, 0xf7]);
  },
  PATIENCE_MS,
);
