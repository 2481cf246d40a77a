import { Color } from 'three';
import type { HexColour } from './colour.ts';
import { clamp01 } from './interpolation.ts';
import type { Person } from './person.ts';

/**
 * What makes a face somebody's; `models/training/face_parameters.py` reads nothing else of a person but numbers in
 * here. All other fields are style, also ones that are added later: a forgotten entry makes identity harder to learn,
 * but never lets style into it.
 */
export const IDENTITY_FIELDS = [
  'seed',
  'look',
  'stylize',
  'sex',
  'age',
  'weight',
  'muscle',
  'eth',
  'detail',
  'lipColor',
  'lipK',
  'blush',
  'skin',
  'skin2',
  'skinMix',
  'detK',
  'lines',
  'rest',
  'expr',
] as const satisfies readonly (keyof Person)[];

type IdentityField = (typeof IDENTITY_FIELDS)[number];

/** Skin tone, hair, brows, beard, lashes, eyes, clothes and background of a person. */
export type ViewStyle = Omit<Person, IdentityField>;

export function styleOf(person: Person): ViewStyle {
  const style: Partial<Person> = { ...person };
  for (const field of IDENTITY_FIELDS) delete style[field];
  return style as ViewStyle;
}

/** A colour that was seen on one skin, carried over to another: the ratio of pigment stays, as in the puppet. */
export function carryOver(colour: HexColour, from: HexColour, to: HexColour): HexColour {
  const [own, before, after] = [new Color(colour), new Color(from), new Color(to)];
  const ratio = (part: 'r' | 'g' | 'b') => clamp01((own[part] / Math.max(before[part], 1e-4)) * after[part]);
  return `#${new Color(ratio('r'), ratio('g'), ratio('b')).getHexString()}`;
}

/** The face of one person in the style of another. */
export function dressAs(person: Person, donor: Person): Person {
  const identity = Object.fromEntries(IDENTITY_FIELDS.map((field) => [field, person[field]]));
  return { ...donor, ...identity, lipColor: carryOver(person.lipColor, person.tone, donor.tone) };
}
