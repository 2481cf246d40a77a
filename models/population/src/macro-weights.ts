import { clamp01, lerp } from './interpolation.ts';
import type { ExpressionWeights, Person } from './person.ts';

/** A morph target by name and how much of it. */
export type TargetWeight = readonly [name: string, weight: number];

/** Weights of the pack's macro targets. Each group sums to 1; great age reaches beyond its target, and young below 0. */
export interface MacroWeights {
  readonly age: Readonly<Record<'baby' | 'child' | 'young' | 'old', number>>;
  readonly sex: Readonly<Record<'male' | 'female', number>>;
  readonly muscle: Readonly<Record<'max' | 'min' | 'average', number>>;
  readonly weight: Readonly<Record<'max' | 'min' | 'average', number>>;
  readonly family: Readonly<Record<'caucasian' | 'asian' | 'african', number>>;
}

export type MacroParameters = Pick<Person, 'age' | 'sex' | 'weight' | 'muscle' | 'eth'>;

/** The targets exist for a presentation of 0 and 1; the population reaches a little beyond both. */
const PRESENTATION_GAIN = 1.3;
const OLD_AGE_GAIN = 1.2;
/** The viseme targets are made for an adult's face; an eight-year-old's mouth and cheeks move by this share of them. */
const CHILD_MOTION = 0.68;

function ageWeights(years: number): MacroWeights['age'] {
  const age = clamp01(years < 25 ? (years - 1) / 48 : 0.5 + (years - 25) / 130);
  if (age >= 0.5) {
    const old = Math.max(0, age * 2 - 1) * OLD_AGE_GAIN;
    return { baby: 0, child: 0, young: 1 - old, old };
  }
  const young = Math.max(0, (age - 0.1875) * 3.2);
  return {
    baby: Math.max(0, 1 - age * 5.333),
    child: Math.max(0, Math.min(1, 5.333 * age) - young),
    young,
    old: 0,
  };
}

function hats(value: number): MacroWeights['weight'] {
  const max = Math.max(0, value * 2 - 1);
  const min = Math.max(0, 1 - value * 2);
  return { max, min, average: 1 - max - min };
}

/** MakeHuman's rules from parameters to macro targets. */
export function macroWeights(person: MacroParameters): MacroWeights {
  const male = 0.5 + (person.sex - 0.5) * PRESENTATION_GAIN;
  const { c, a, f } = person.eth;
  const sum = c + a + f;
  return {
    age: ageWeights(person.age),
    sex: { male, female: 1 - male },
    muscle: hats(clamp01(person.muscle)),
    weight: hats(clamp01(person.weight)),
    family: { caucasian: c / sum, asian: a / sum, african: f / sum },
  };
}

/** Every identity target of a person: macro targets, universal build targets, details. */
export function identityTargets(person: MacroParameters & { readonly detail?: Person['detail'] }): TargetWeight[] {
  const macro = macroWeights(person);
  const targets: TargetWeight[] = [];
  for (const [sex, sexWeight] of Object.entries(macro.sex)) {
    for (const [age, ageWeight] of Object.entries(macro.age)) {
      const share = sexWeight * ageWeight;
      if (Math.abs(share) < 1e-4) continue;
      for (const [family, weight] of Object.entries(macro.family)) {
        if (weight > 1e-4) targets.push([`macro/${family}-${sex}-${age}`, share * weight]);
      }
      for (const [muscle, muscleWeight] of Object.entries(macro.muscle)) {
        for (const [weight, weightWeight] of Object.entries(macro.weight)) {
          const product = share * muscleWeight * weightWeight;
          if (Math.abs(product) <= 1e-4) continue;
          targets.push([`macro/universal-${sex}-${age}-${muscle}muscle-${weight}weight`, product]);
        }
      }
    }
  }
  targets.push(...Object.entries(person.detail ?? {}));
  return targets;
}

/** Targets of an expression: viseme targets as they are, units of the pack split over the head families. */
export function expressionTargets(person: MacroParameters, expression: ExpressionWeights): TargetWeight[] {
  const { family } = macroWeights(person);
  const motion = lerp(1, CHILD_MOTION, clamp01((17 - person.age) / 8));
  const targets: TargetWeight[] = [];
  for (const [name, amount] of Object.entries(expression)) {
    if (name.includes('/')) {
      targets.push([name, amount * motion]);
      continue;
    }
    for (const [kind, weight] of Object.entries(family)) {
      if (weight > 1e-4) targets.push([`expr/${kind}/${name}`, amount * weight]);
    }
  }
  return targets;
}
