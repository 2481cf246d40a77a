import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  AssetPack,
  carryOver,
  dressAs,
  FaceRig,
  faceView,
  IDENTITY_FIELDS,
  identityPerson,
  projectLandmarks,
  readViews,
  samplePerson,
  sampleViews,
  styleOf,
  viewLandmarks,
} from '@timbre/population';
import { describe, expect, test } from 'vitest';

const correlation = (a: readonly number[], b: readonly number[]) => {
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const sum = (of: (i: number) => number) => a.reduce((total, _, i) => total + of(i), 0);
  const [da, db] = [(i: number) => (a[i] ?? 0) - ma, (i: number) => (b[i] ?? 0) - mb];
  return sum((i) => da(i) * db(i)) / Math.sqrt(sum((i) => da(i) ** 2) * sum((i) => db(i) ** 2));
};

describe('a person in the style of another', () => {
  const person = identityPerson(12);
  const donor = samplePerson(4711, { toneT: 0.9, hair: 'afro' });
  const dressed = dressAs(person, donor);

  test('keeps every identity field', () => {
    for (const field of IDENTITY_FIELDS) {
      if (field !== 'lipColor') expect(dressed[field], field).toEqual(person[field]);
    }
  });

  test('gives away nothing that makes people without style differ, but colours of what they do not wear', () => {
    const unseen = ['hairColor', 'beardColor', 'browColor', 'brow', 'lashK', 'eyeTex', 'clothColor', 'bg', 'beardLen'];
    const dividedOut = ['tone', 'gloss'];
    const people = Array.from({ length: 60 }, (_, seed) => styleOf(identityPerson(seed)));
    const names = new Set(people.flatMap((style) => Object.keys(style)));
    for (const name of [...unseen, ...dividedOut]) names.delete(name);
    for (const name of names) {
      const values = people.map((style) => JSON.stringify(style[name as keyof typeof style]));
      expect(new Set(values).size, `${name} tells people apart: identity or style?`).toBe(1);
    }
  });

  test('takes everything else from the donor', () => {
    expect(styleOf(dressed)).toEqual(styleOf(donor));
    expect(dressed.hair).toBe('afro');
  });

  test('has lips in the same ratio to the new skin as to the old one', () => {
    expect(carryOver('#804020', '#804020', '#402010')).toBe('#402010');
    expect(carryOver(person.lipColor, person.tone, person.tone)).toBe(person.lipColor);
    expect(dressed.lipColor).not.toBe(person.lipColor);
  });
});

describe('views of people', () => {
  test('are the same for the same seed, and the first ones stay when more are drawn', () => {
    const person = identityPerson(1000);
    expect(sampleViews(person, 6)).toEqual(sampleViews(person, 6));
    expect(sampleViews(person, 10).slice(0, 6)).toEqual(sampleViews(person, 6));
    expect(sampleViews(identityPerson(1001), 1)).not.toEqual(sampleViews(person, 1));
  });

  test('have styles that tell nothing of the person: tone, beard and hair go with neither presentation nor age', () => {
    const people = Array.from({ length: 400 }, (_, i) => identityPerson(1000 + i));
    const views = people.flatMap((person) => sampleViews(person, 2));
    const traits = [(v: (typeof views)[0]) => v.person.sex, (v: (typeof views)[0]) => v.person.age];
    const styles = [
      (v: (typeof views)[0]) => v.person.toneT,
      (v: (typeof views)[0]) => Number(v.person.beard !== ''),
      (v: (typeof views)[0]) => Number(v.person.hair === 'none'),
      (v: (typeof views)[0]) => v.person.brow[0],
    ];
    for (const trait of traits) {
      for (const style of styles) expect(Math.abs(correlation(views.map(trait), views.map(style)))).toBeLessThan(0.1);
    }
  });

  test('turn heads at most 46 degrees and never keep the light at one place', () => {
    const views = Array.from({ length: 100 }, (_, i) => sampleViews(identityPerson(i), 3)).flat();
    for (const { pose } of views) expect(Math.abs(pose.yaw)).toBeLessThanOrEqual(0.8);
    expect(new Set(views.map(({ light }) => light.keyDirection?.[0].toFixed(2))).size).toBeGreaterThan(50);
    expect(views.some(({ expression }) => (expression.blink ?? 0) > 0)).toBe(true);
    expect(views.filter(({ expression }) => Object.keys(expression).length === 0).length).toBeGreaterThan(40);
  });
});

test('what the page sends is taken apart into landmarks and files, wherever the bytes lie in their buffer', () => {
  const numbers = Float32Array.from([2, ...Array(10).fill(0.25), 3, ...Array(10).fill(0.5)]);
  const packed = Buffer.concat([Buffer.from([9]), Buffer.from(numbers.buffer), Buffer.from([1, 2, 3, 4, 5])]);
  const [first, second] = readViews(packed.subarray(1), 2);
  expect(first).toEqual({ landmarks: Array(10).fill(0.25), jpeg: Buffer.from([1, 2]) });
  expect(second).toEqual({ landmarks: Array(10).fill(0.5), jpeg: Buffer.from([3, 4, 5]) });
});

const folder = process.env.TIMBRE_FACES ?? fileURLToPath(new URL('../../../shared/faces', import.meta.url));
const absent = !existsSync(`${folder}/index.json`);

describe.skipIf(absent)('the camera of views, with the asset pack', async () => {
  if (absent) return;
  const rig = new FaceRig(await AssetPack.load(async (path) => readFileSync(`${folder}/${path}`)));
  const { posed, neutral } = rig.shapes(identityPerson(1000));
  const marks = (pose: object) => {
    const landmarks = viewLandmarks(posed);
    const view = faceView(landmarks, rig.frame(neutral), { yaw: 0, pitch: 0, roll: 0, distance: 1, ...pose });
    return projectLandmarks(landmarks, view);
  };

  test('sees both eyes level, the nose between them and the mouth below', () => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, noseX = 0, noseY = 0, mouthX1 = 0, mouthY1 = 0, mouthX2 = 0] = marks({});
    expect(y1).toBeCloseTo(y2, 2);
    expect(noseX).toBeCloseTo((x1 + x2) / 2, 2);
    expect([y1 < noseY, noseY < mouthY1, x1 < mouthX1, mouthX1 < mouthX2]).toEqual([true, true, true, true]);
    expect(x2 - x1).toBeGreaterThan(0.18);
    expect(x2 - x1).toBeLessThan(0.28);
  });

  test('brings the nose to the picture’s left when it goes to the person’s left, and tilts the eyes when it rolls', () => {
    const [x1 = 0, , x2 = 0, , noseX = 0] = marks({ yaw: 0.4 });
    expect(noseX).toBeLessThan((x1 + x2) / 2 - 0.02);
    const [, y1 = 0, , y2 = 0] = marks({ roll: 0.2 });
    expect(Math.abs(y1 - y2)).toBeGreaterThan(0.03);
  });

  test('keeps the size of the face however far it stands', () => {
    const [a1 = 0, , a2 = 0] = marks({ distance: 0.8 });
    const [b1 = 0, , b2 = 0] = marks({ distance: 1.4 });
    expect(a2 - a1).toBeCloseTo(b2 - b1, 2);
  });
});
