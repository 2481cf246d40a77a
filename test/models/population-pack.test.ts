import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  AssetPack,
  captureGeometry,
  EXPRESSION_NAMES,
  EXPRESSIONS,
  expressionTargets,
  FaceRig,
  HairWardrobe,
  identityPerson,
  identityTargets,
  meanPerson,
  samplePerson,
  skinPart,
} from '@timbre/population';
import { describe, expect, test } from 'vitest';

const folder = process.env.TIMBRE_FACES ?? fileURLToPath(new URL('../../../shared/faces', import.meta.url));
const absent = !existsSync(`${folder}/index.json`);
const title = absent
  ? 'with the asset pack (skipped: no pack in ../shared/faces, TIMBRE_FACES names another folder)'
  : 'with the asset pack';

/** Vertices of people that the weights are trained on: id, x, y, z in frame units. */
const REST_1000 = [
  [0, 0.381738, 0.483923, 0.333271],
  [439, 0.431474, 0.692951, 0.315504],
  [2700, 0.472344, 0.204137, 0.220885],
  [3382, 0.510747, 0.697282, 0.357344],
  [4330, 0.771113, 0.855971, -0.152411],
] as const;
const AA_1000 = [
  [439, 0.435482, 0.720226, 0.303601],
  [3382, 0.511031, 0.702926, 0.356281],
] as const;
const BLINK_1000 = [[0, 0.382558, 0.532011, 0.33838]] as const;
const COARSE_AA_1000 = [
  [6105, 0.591597, 0.504081, 0.334591],
  [5763, 0.500117, 0.724205, 0.194685],
] as const;
const MEAN = [
  [0, 0.383393, 0.480608, 0.306045],
  [1000, 0.379856, 0.77805, 0.109147],
  [3000, 0.569481, 0.490328, 0.305605],
  [5000, 0.637325, 0.538204, 0.289575],
] as const;

describe.skipIf(absent)(title, async () => {
  if (absent) return;
  const pack = await AssetPack.load(async (path) => readFileSync(`${folder}/${path}`));
  const scene = { rig: new FaceRig(pack), skin: skinPart(pack) };

  function project(
    person: ReturnType<typeof identityPerson>,
    known: readonly (readonly [number, number, number, number])[],
    expression: (typeof EXPRESSION_NAMES)[number] | null,
    coarse = false,
  ): void {
    const ids = known.map(([id]) => id);
    const geometry = captureGeometry(scene, person, {
      vertices: coarse ? [] : ids,
      coarseVertices: coarse ? ids : [],
      expressions: expression ? [EXPRESSIONS[expression]] : [],
    });
    const last = geometry.subarray(geometry.length - known.length * 3);
    known.forEach(([, ...place], i) => {
      place.forEach((value, d) => {
        expect(last[i * 3 + d]).toBeCloseTo(value, 5);
      });
    });
  }

  test('vertices at rest and in expressions lie where the weights were trained to put them', () => {
    project(identityPerson(1000), REST_1000, null);
    project(identityPerson(1000), AA_1000, 'aa');
    project(identityPerson(1000), BLINK_1000, 'blink');
    project(identityPerson(1000), COARSE_AA_1000, 'aa', true);
    project(meanPerson(), MEAN, null);
  });

  test('every expression moves some of the face and leaves the face at rest as it is', () => {
    const person = identityPerson(12);
    const { neutral } = scene.rig.shapes(person);
    for (const name of EXPRESSION_NAMES) {
      const shapes = scene.rig.shapes({ ...person, expr: EXPRESSIONS[name] });
      const moved = shapes.posed.reduce((most, value, i) => Math.max(most, Math.abs(value - (neutral[i] ?? 0))), 0);
      expect(shapes.neutral, name).toEqual(neutral);
      expect(moved, name).toBeGreaterThan(0.01);
      expect(moved, name).toBeLessThan(1);
    }
  });

  test('nobody looks through nearly shut eyes at rest, and a blink shuts them all the same', () => {
    const opening = (head: Float32Array) => {
      const at = (vertex: number, axis: number) => head[vertex * 3 + axis] ?? Number.NaN;
      return (at(0, 1) + at(54, 1) - at(47, 1) - at(41, 1)) / 2 / Math.abs(at(21, 0) - at(66, 0));
    };
    for (let seed = 0; seed < 120; seed++) {
      const { neutral, posed } = scene.rig.shapes({ ...identityPerson(seed), expr: EXPRESSIONS.blink });
      expect(opening(neutral), `seed ${seed}`).toBeGreaterThan(0.32);
      expect(opening(neutral), `seed ${seed}`).toBeLessThan(0.56);
      expect(opening(posed), `seed ${seed}`).toBeLessThan(0.14);
    }
    const natural = identityPerson(1562, { look: 'natural' });
    expect(opening(scene.rig.shapes(natural).neutral), 'only the illustrated look raises lids').toBeLessThan(0.3);
  });

  test('the pack has the macro targets and details of a hundred people, and all expression targets', () => {
    const missing = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const person = samplePerson(seed);
      for (const [name, weight] of identityTargets(person))
        if (weight !== 0 && !pack.hasTarget(name)) missing.add(name);
    }
    for (const name of EXPRESSION_NAMES) {
      for (const [target] of expressionTargets(samplePerson(1), EXPRESSIONS[name])) {
        if (!pack.hasTarget(target)) missing.add(target);
      }
    }
    expect([...missing]).toEqual([]);
  });

  test('an open jaw takes the lower teeth along and leaves the upper ones', () => {
    for (const age of [9, 30, 70]) {
      const person = samplePerson(3, { age });
      const { neutral, posed } = scene.rig.shapes({ ...person, expr: EXPRESSIONS.jawOpen });
      const top = (positions: Float32Array, group: string) =>
        Math.max(...Array.from(pack.group(group), (vertex) => positions[vertex * 3 + 1] ?? Number.NaN));
      const drop = (group: string) => top(neutral, group) - top(posed, group);
      expect(drop('helper-lower-teeth'), `age ${age}`).toBeGreaterThan(age < 17 ? 0.07 : 0.1);
      expect(drop('helper-upper-teeth'), `age ${age}`).toBeLessThan(0.06);
    }
  });

  test('hair lies on the head it was made for and moves along with any other', () => {
    const head = scene.rig.shapes(meanPerson()).neutral;
    const wardrobe = new HairWardrobe(scene.skin, head, pack.group('body'));
    const hair = wardrobe.get('buzz');
    if (!hair) throw new Error('no such hair style');
    const shift = [0.3, -0.2, 0.1];
    const moved = hair.binding.fit(head.map((value, i) => value + (shift[i % 3] ?? 0)));
    hair.binding.fit(head).forEach((value, i) => {
      if (Math.abs((moved[i] ?? 0) - value - (shift[i % 3] ?? 0)) > 1e-4) throw new Error(`vertex ${i} stays behind`);
    });
    expect(hair.part.vertexCount).toBeGreaterThan(2000);
    expect(Math.min(...hair.occlusion)).toBeGreaterThan(0.11);
    expect(Math.max(...hair.occlusion)).toBeLessThanOrEqual(1);
    expect(wardrobe.get('buzz', 0.1), 'a recession below a sixth is none').toBe(hair);
    expect(wardrobe.get('none')).toBeNull();
  });
});
