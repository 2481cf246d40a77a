import { clamp01, lerp } from './interpolation.ts';
import type { PersonBasics, PersonOptions } from './person.ts';
import { SeededRandom, topicRandom } from './seeded-random.ts';
import {
  BACKWARD_FORWARD,
  CONCAVE_CONVEX,
  DECR_INCR,
  DOWN_UP,
  HEAD_SHAPES,
  IN_OUT,
  type Poles,
  SHAPE_MODIFIERS,
} from './shape-modifiers.ts';

/** Shifts of shape modifiers: name, poles, amount (above 0 towards the second pole). */
type Shifts = readonly (readonly [name: string, poles: Poles, amount: number])[];

/** Per unit of feminine minus masculine presentation. */
const FEMININE_SHIFTS: Shifts = [
  ['chin/chin-width', DECR_INCR, -0.3],
  ['chin/chin-bones', DECR_INCR, -0.42],
  ['chin/chin-height', DECR_INCR, -0.12],
  ['chin/chin-prominent', DECR_INCR, -0.1],
  ['nose/nose-volume', DECR_INCR, -0.22],
  ['nose/nose-scale-horiz', DECR_INCR, -0.2],
  ['nose/nose-hump', DECR_INCR, -0.12],
  ['mouth/mouth-upperlip-volume', DECR_INCR, 0.22],
  ['mouth/mouth-lowerlip-volume', DECR_INCR, 0.18],
  ['eyebrows/eyebrows-trans', DOWN_UP, 0.22],
  ['eyebrows/eyebrows-trans', BACKWARD_FORWARD, -0.22],
  ['eyes/$-eye-scale', DECR_INCR, 0.1],
  ['neck/neck-scale-horiz', DECR_INCR, -0.12],
  ['cheek/$-cheek-bones', DECR_INCR, 0.15],
  ['forehead/forehead-trans', BACKWARD_FORWARD, 0.14],
  ['eyes/$-eye-corner2', DOWN_UP, 0.14],
];

/** Per unit of childness: the macro targets alone make children look like small adults. */
const CHILD_SHIFTS: Shifts = [
  ['nose/nose-scale-vert', DECR_INCR, -0.14],
  ['nose/nose-volume', DECR_INCR, -0.14],
  ['nose/nose-scale-depth', DECR_INCR, -0.06],
  ['nose/nose-curve', CONCAVE_CONVEX, -0.15],
  ['nose/nose-hump', DECR_INCR, -0.2],
  ['chin/chin-height', DECR_INCR, -0.35],
  ['chin/chin-width', DECR_INCR, -0.1],
  ['chin/chin-prominent', DECR_INCR, -0.2],
  ['mouth/mouth-scale-horiz', DECR_INCR, -0.16],
  ['mouth/mouth-upperlip-volume', DECR_INCR, -0.15],
  ['mouth/mouth-lowerlip-volume', DECR_INCR, -0.15],
  ['forehead/forehead-scale-vert', DECR_INCR, 0.22],
  ['neck/neck-scale-horiz', DECR_INCR, -0.45],
  ['eyes/$-eye-scale', DECR_INCR, 0.26],
  ['cheek/$-cheek-volume', DECR_INCR, 0.14],
  ['head/head-fat', DECR_INCR, 0.15],
  ['eyebrows/eyebrows-trans', DOWN_UP, 0.2],
];

/** Per unit of maturity: what changes between leaving school and middle age. */
const MATURITY_SHIFTS: Shifts = [
  ['eyes/$-eye-scale', DECR_INCR, -0.14],
  ['eyes/$-eye-bag', DECR_INCR, 0.18],
  ['mouth/mouth-upperlip-volume', DECR_INCR, -0.14],
  ['mouth/mouth-lowerlip-volume', DECR_INCR, -0.1],
  ['mouth/mouth-laugh-lines', IN_OUT, -0.22],
  ['nose/nose-scale-vert', DECR_INCR, 0.1],
  ['nose/nose-width3', DECR_INCR, 0.1],
  ['cheek/$-cheek-inner', DECR_INCR, -0.2],
  ['cheek/$-cheek-volume', DECR_INCR, -0.1],
  ['neck/neck-scale-horiz', DECR_INCR, 0.18],
  ['head/head-fat', DECR_INCR, 0.16],
  ['chin/chin-width', DECR_INCR, 0.1],
];

/** Per unit of ageing, before the neck (which depends on build) ... */
const AGEING_SHIFTS: Shifts = [
  ['eyes/$-eye-bag', DECR_INCR, 0.32],
  ['eyes/$-eye-scale', DECR_INCR, -0.14],
  ['eyes/$-eye-corner2', DOWN_UP, -0.22],
  ['mouth/mouth-laugh-lines', IN_OUT, -0.3],
  ['mouth/mouth-upperlip-volume', DECR_INCR, -0.4],
  ['mouth/mouth-lowerlip-volume', DECR_INCR, -0.25],
  ['ears/$-ear-scale', DECR_INCR, 0.3],
  ['ears/$-ear-lobe', DECR_INCR, 0.4],
  ['nose/nose-point', DOWN_UP, -0.2],
  ['nose/nose-scale-vert', DECR_INCR, 0.15],
  ['cheek/$-cheek-trans', DOWN_UP, -0.3],
  ['cheek/$-cheek-inner', DECR_INCR, -0.2],
];

/** Per unit of heaviness, -1 .. 1. */
const BUILD_SHIFTS: Shifts = [
  ['head/head-fat', DECR_INCR, 0.75],
  ['cheek/$-cheek-volume', DECR_INCR, 0.6],
  ['cheek/$-cheek-inner', DECR_INCR, 0.3],
  ['neck/neck-scale-horiz', DECR_INCR, 0.45],
  ['chin/chin-width', DECR_INCR, 0.2],
];

const SCAN_SHAPE_COUNT = 60;

/** Identity targets under construction: opposite poles of a modifier cancel, so that only one of them is above 0. */
class ShapeDetail {
  readonly weights: Record<string, number> = {};

  shift(name: string, [low, high]: Poles, amount: number): void {
    for (const side of name.includes('$') ? ['l', 'r'] : ['']) {
      const sided = name.replace('$', side);
      const lowName = `${sided}-${low}`;
      const highName = `${sided}-${high}`;
      const value = (this.weights[highName] ?? 0) - (this.weights[lowName] ?? 0) + amount;
      this.weights[lowName] = Math.max(0, -value);
      this.weights[highName] = Math.max(0, value);
    }
  }

  shiftAll(shifts: Shifts, scale: number): void {
    for (const [name, poles, amount] of shifts) this.shift(name, poles, amount * scale);
  }

  add(name: string, amount: number): void {
    this.weights[name] = (this.weights[name] ?? 0) + amount;
  }
}

function drawScanShapes(detail: ShapeDetail, { seed, childness }: PersonBasics, strength: number): void {
  if (strength === 0) return;
  const random = new SeededRandom(seed * 53 + 11);
  for (let mode = 0; mode < SCAN_SHAPE_COUNT; mode++) {
    const size = mode === 0 ? 0.6 : 1; // mode 0 is mostly size: large ones open a gap at the collar
    detail.weights[`scan/${String(mode).padStart(2, '0')}`] =
      random.normal() * strength * size * lerp(1, 0.6, childness);
  }
}

function drawModifiers(detail: ShapeDetail, random: SeededRandom, strength: number, stylize: number): void {
  for (const { name, poles, sigma, limit } of SHAPE_MODIFIERS) {
    const value = Math.max(-limit, Math.min(limit, random.normal() * sigma)) * strength;
    const target = `${name}-${value < 0 ? poles[0] : poles[1]}`;
    const amount = Math.abs(value);
    if (target.includes('$')) {
      const asymmetry = random.normal() * 0.02 * (1 - 0.5 * stylize);
      detail.weights[target.replace('$', 'l')] = Math.max(0, amount + asymmetry);
      detail.weights[target.replace('$', 'r')] = Math.max(0, amount - asymmetry);
    } else {
      detail.weights[target] = amount;
    }
  }
}

function age(detail: ShapeDetail, random: SeededRandom, { ageYears, ageing, weight }: PersonBasics): void {
  detail.shiftAll(MATURITY_SHIFTS, clamp01((ageYears - 18) / 26) - 0.35);
  if (ageing === 0) return;
  detail.weights['head/head-age-incr'] = ageing * (0.45 + 0.4 * random.next());
  detail.shift('neck/neck-double', DECR_INCR, 0.55 * ageing * (0.3 + weight));
  detail.shiftAll(AGEING_SHIFTS, ageing);
}

function build(detail: ShapeDetail, weight: number): void {
  const heaviness = (weight - 0.5) * 2;
  detail.shift('neck/neck-double', DECR_INCR, 0.7 * Math.max(0, heaviness));
  detail.shiftAll(BUILD_SHIFTS, heaviness);
}

/** The illustrated look exaggerates what the eye reads first: brows, eyes, a rounder head. */
function illustrate(detail: ShapeDetail, { presentation, childness }: PersonBasics): void {
  const masculineAdult = presentation * (1 - childness);
  detail.shift('eyebrows/eyebrows-trans', DOWN_UP, 0.22 * masculineAdult);
  detail.shift('eyebrows/eyebrows-trans', BACKWARD_FORWARD, -0.25 * presentation);
  detail.shift('eyes/$-eye-scale', DECR_INCR, 0.22 * masculineAdult);
  detail.shift('neck/neck-scale-horiz', DECR_INCR, -0.25 * presentation);
  detail.add('head/head-round', 0.12);
  detail.shift('chin/chin-bones', DECR_INCR, -0.1);
  detail.shift('mouth/mouth-angles', DOWN_UP, 0.3);
  detail.shift('nose/nose-hump', DECR_INCR, -0.1);
}

/** Identity targets of a person: scan shapes, random modifiers, then presentation, age and build on top. */
export function sampleShape(basics: PersonBasics, options: PersonOptions): Record<string, number> {
  const { seed, presentation, childness, stylize } = basics;
  const random = topicRandom(seed, 1);
  const strength = (options.detailK ?? 0.65) * lerp(1, 0.6, childness) * (1 - 0.12 * stylize);
  const detail = new ShapeDetail();
  drawScanShapes(detail, basics, options.scan ?? 0.8);
  drawModifiers(detail, random, strength, stylize);
  detail.shiftAll(FEMININE_SHIFTS, (1 - 2 * presentation) * lerp(1, 0.35, childness));
  if (childness > 0) detail.shiftAll(CHILD_SHIFTS, childness);
  age(detail, random, basics);
  build(detail, basics.weight);
  const head = random.pick(HEAD_SHAPES);
  detail.add(head, 0.28 * random.next() * strength);
  if (stylize > 0) illustrate(detail, basics);
  return detail.weights;
}
