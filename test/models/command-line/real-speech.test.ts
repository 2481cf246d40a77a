/** Real voices, where the recordings are at hand; they are no part of the repository. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faceCodeDistance } from '@timbre/models';
import type { FaceLine } from 'timbre';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { timbre } from './command.ts';

const speech = fileURLToPath(new URL('../../../../shared/speech/', import.meta.url));
const PATIENCE_MS = 300_000;
const SPEAKERS_PER_SEX = 6;

interface Clip {
  readonly speaker: string;
  readonly sex: string;
  readonly file: string;
}

/** Two clips each of the first adult speakers of each sex that no network was trained on. */
function chooseClips(): Clip[] {
  const [header = '', ...rows] = readFileSync(`${speech}speakers.csv`, 'utf8').trim().split('\n');
  const names = header.split(',');
  const cell = (row: string[], name: string) => row[names.indexOf(name)] ?? '';
  const clips = rows
    .map((row) => row.split(','))
    .filter((row) => cell(row, 'split') === 'validate' && cell(row, 'suspect_label') === '')
    .filter((row) => cell(row, 'age') === '' || Number(cell(row, 'age')) >= 18)
    .filter((row) => Number(cell(row, 'seconds')) >= 8)
    .map((row) => ({ speaker: cell(row, 'speaker'), sex: cell(row, 'sex'), file: `${speech}${cell(row, 'file')}` }));
  return ['male', 'female'].flatMap((sex) => {
    const ofSex = clips.filter((clip) => clip.sex === sex);
    const speakers = [...new Set(ofSex.map(({ speaker }) => speaker))].filter(
      (speaker) => ofSex.filter((clip) => clip.speaker === speaker).length >= 2,
    );
    return speakers
      .slice(0, SPEAKERS_PER_SEX)
      .flatMap((speaker) => ofSex.filter((clip) => clip.speaker === speaker).slice(0, 2));
  });
}

describe.skipIf(!existsSync(`${speech}speakers.csv`))('on real voices that no network was trained on', () => {
  let folder: string;
  let clips: (Clip & { line: FaceLine })[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'timbre-real-'));
    const chosen = chooseClips();
    const { status, stdout } = await timbre(['face', '--from', '-', '--no-out'], {
      cwd: folder,
      input: chosen.map(({ file }) => file).join('\n'),
    });
    expect(status).toBe(0);
    const lines = stdout.trim().split('\n');
    clips = chosen.map((clip, place) => ({ ...clip, line: JSON.parse(lines[place]!) as FaceLine }));
  }, PATIENCE_MS);
  afterAll(async () => rm(folder, { recursive: true, force: true }));

  const distance = (a: FaceLine, b: FaceLine) =>
    faceCodeDistance(Float32Array.from(a.code!), Float32Array.from(b.code!));

  test('all of them give a face', () => {
    expect(clips.length).toBeGreaterThanOrEqual(16);
    expect(clips.every(({ line }) => line.code?.length === 128)).toBe(true);
  });

  test('presentation agrees with the speaker in nine of ten clips', () => {
    const agree = clips.filter(({ sex, line }) => line.presentation! > 0 === (sex === 'male'));
    expect(agree.length / clips.length).toBeGreaterThanOrEqual(0.9);
  });

  test('two clips of one voice give nearer faces than two voices of one sex', () => {
    const same: number[] = [];
    const other: number[] = [];
    for (const [place, a] of clips.entries()) {
      for (const b of clips.slice(place + 1)) {
        if (a.speaker === b.speaker) same.push(distance(a.line, b.line));
        else if (a.sex === b.sex) other.push(distance(a.line, b.line));
      }
    }
    const median = (values: number[]) => values.toSorted((x, y) => x - y)[values.length >> 1]!;
    expect(median(same)).toBeLessThan(0.8 * median(other));
  });
});
