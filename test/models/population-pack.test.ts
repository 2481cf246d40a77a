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

/** Vertices that the prototype projected: id, x, y, z in frame units. */
const REST_1000 = [
  [0, 0.386688, 0.487296, 0.325074],
  [439, 0.432312, 0.687798, 0.307186],
  [2700, 0.473018, 0.203429, 0.217372],
  [3382, 0.510553, 0.694118, 0.348564],
  [4330, 0.766888, 0.857695, -0.148748],
] as const;
const AA_1000 = [
  [439, 0.436212, 0.715992, 0.295646],
  [3382, 0.510806, 0.699762, 0.347555],
] as const;
const BLINK_1000 = [[0, 0.387107, 0.521292, 0.326975]] as const;
const COARSE_AA_1000 = [
  [6105, 0.589379, 0.493893, 0.323476],
  [5763, 0.500113, 0.72282, 0.19049],
] as const;
const MEAN = [
  [0, 0.385765, 0.488017, 0.302248],
  [1000, 0.381466, 0.777632, 0.108534],
  [3000, 0.570156, 0.495262, 0.29957],
  [5000, 0.633995, 0.533565, 0.284569],
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

  test('vertices at rest and in expressions lie where the prototype put them', () => {
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
      expect(drop('helper-lower-teeth'), `age ${age}`).toBeGreaterThan(0.1);
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
