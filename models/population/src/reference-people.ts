import { lipColour } from './colour.ts';
import { type Person, type PersonOptions, samplePerson } from './person.ts';

/** Skin tone (0..1) at which tone-free skin is captured; the capture divides it out again. */
export const REFERENCE_TONE_T = 0.35;

/** Identity alone: nothing that belongs to the style. */
const WITHOUT_STYLE = {
  hair: 'none',
  shaved: false,
  scalp: 0,
  recede: 0,
  beard: '',
  stubble: 0,
  browK: 0,
  cloth: 'none',
  freckles: 0,
  lash: 'none',
} as const satisfies Partial<Person>;

/** The person of a seed with the style taken off, at the reference tone. */
export function identityPerson(seed: number, options: PersonOptions = {}): Person {
  return { ...samplePerson(seed, { toneT: REFERENCE_TONE_T, ...options }), ...WITHOUT_STYLE };
}

/** The head in the middle of the population, on which the mesh is laid out and all style layers are drawn. */
export function meanPerson(): Person {
  const tone = '#c89a80';
  const middle = samplePerson(1, {
    toneT: REFERENCE_TONE_T,
    age: 32,
    sex: 0.5,
    weight: 0.5,
    eth: { c: 1, a: 1, f: 1 },
    scan: 0,
    detailK: 0,
  });
  return {
    ...middle,
    ...WITHOUT_STYLE,
    tone,
    lipColor: lipColour(tone, 0.5, 0.5),
    lipK: 0.5,
    blush: 0.4,
    muscle: 0.5,
    rest: {
      ...middle.rest,
      'arkit/mouthSmileLeft': 0.54,
      'arkit/mouthSmileRight': 0.54,
      'arkit/browInnerUp': 0.52,
      'eye-left-opened-up': 0.25,
      'eye-right-opened-up': 0.25,
      'eyebrows-left-inner-up': 0.19,
      'eyebrows-right-inner-up': 0.19,
      'eyebrows-left-up': 0.12,
      'eyebrows-right-up': 0.12,
    },
  };
}
