import { EXPRESSIONS, type ExpressionName } from './expressions.ts';
import type { LightChanges } from './frame-uniforms.ts';
import { clamp, lerp } from './interpolation.ts';
import { type ExpressionWeights, type Person, samplePerson } from './person.ts';
import { type SeededRandom, topicRandom } from './seeded-random.ts';
import type { ViewPose } from './view-camera.ts';
import { dressAs } from './view-styles.ts';

/** One picture of a person: in whose style, how turned, how lit, with which expression. */
export interface PersonView {
  readonly person: Person;
  readonly pose: ViewPose;
  readonly light: LightChanges;
  /** Strength of each expression of the puppet. */
  readonly expression: Readonly<Partial<Record<ExpressionName, number>>>;
}

const TOPIC = 20;
/** Seeds of the people whose style is borrowed; no population is drawn from there. */
const DONORS = { first: 100_000, count: 3_000_000 };
const POSE_LIMITS = { yaw: 0.8, pitch: 0.36, roll: 0.35 }; // radians
const MOUTHS = ['jawOpen', 'aa', 'ee', 'oo', 'oh', 'fv', 'mm', 'SS', 'TH', 'CH', 'E'] as const;
const STILL_SHARE = 0.3;

type Triple = readonly [number, number, number];

function samplePose(random: SeededRandom): ViewPose {
  const around = (deviation: number, limit: number) => clamp(deviation * random.normal(), -limit, limit);
  return {
    yaw: around(0.34, POSE_LIMITS.yaw),
    pitch: around(0.15, POSE_LIMITS.pitch),
    roll: around(0.1, POSE_LIMITS.roll),
    distance: lerp(0.7, 1.5, random.next()),
  };
}

function sampleExpression(random: SeededRandom): PersonView['expression'] {
  const expression: Partial<Record<ExpressionName, number>> = {};
  const still = random.next() < STILL_SHARE;
  const mouth = random.pick(MOUTHS);
  const opening = random.next();
  const smile = random.next();
  const lids = random.next();
  const brows = random.next();
  const strength = random.next();
  if (still) return expression;
  expression[mouth] = opening;
  if (smile < 0.35) expression.smile = 0.8 * random.next() * (1 - 0.5 * opening);
  if (lids < 0.1) expression.blink = random.next();
  else if (lids < 0.35) expression.squint = 0.8 * random.next();
  if (brows < 0.25) expression.browUp = strength;
  else if (brows < 0.45) expression.browDown = 0.8 * strength;
  return expression;
}

/** Key light from any side in front, warm or cool, strong or weak, with more or less of everything else. */
function sampleLight(random: SeededRandom): LightChanges {
  const azimuth = lerp(-1.2, 1.2, random.next());
  const elevation = lerp(-0.15, 1, random.next());
  const warmth = random.normal();
  const [key, fill, sky, rim] = [0.55, 0.15, 0.5, 0].map((least, i) =>
    lerp(least, [1.25, 1.6, 1.6, 1.2][i], random.next()),
  );
  const tint = (colour: Triple, gain: number, warm: number): Triple => [
    colour[0] * gain * (1 + 0.09 * warm),
    colour[1] * gain,
    colour[2] * gain * (1 - 0.11 * warm),
  ];
  const direction = (turn: number, rise: number): Triple => [
    Math.sin(turn) * Math.cos(rise),
    Math.sin(rise),
    Math.cos(turn) * Math.cos(rise),
  ];
  return {
    keyDirection: direction(azimuth, elevation),
    keyColour: tint([1.5, 1.43, 1.35], key, warmth),
    fillDirection: direction(azimuth > 0 ? azimuth - 1.5 : azimuth + 1.5, 0.15),
    fillColour: tint([0.27, 0.29, 0.35], fill, -0.5 * warmth),
    rimColour: tint([1.1, 1.3, 1.6], rim, 0),
    rim2Colour: tint([1.5, 1.15, 0.85], rim, 0),
    skyColour: tint([0.38, 0.4, 0.46], sky, -0.5 * warmth),
    groundColour: tint([0.26, 0.22, 0.2], sky, 0.5 * warmth),
  };
}

function posedBy(expression: PersonView['expression']): ExpressionWeights {
  const weights: Record<string, number> = {};
  for (const [name, strength] of Object.entries(expression)) {
    for (const [target, weight] of Object.entries(EXPRESSIONS[name as ExpressionName])) {
      weights[target] = (weights[target] ?? 0) + weight * strength;
    }
  }
  return weights;
}

/**
 * Draws views of a person. The style of each is borrowed from another random person, so that nothing of it can be told
 * from the face: a bearded girl is right here. The same person and number give the same view for ever.
 */
export function sampleViews(person: Person, count: number): PersonView[] {
  const random = topicRandom(person.seed, TOPIC);
  return Array.from({ length: count }, () => {
    const donor = samplePerson(DONORS.first + Math.floor(random.next() * DONORS.count));
    const pose = samplePose(random);
    const light = sampleLight(random);
    const expression = sampleExpression(random);
    return { person: { ...dressAs(person, donor), expr: posedBy(expression) }, pose, light, expression };
  });
}
