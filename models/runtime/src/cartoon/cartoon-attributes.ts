/**
 * What a cartoon of a face looks like, as far as the vocabulary of its parts goes. From the code, read by probes: body,
 * nose, lips and the proportions of the figure. From the style alone: hair, beard and every colour.
 */
import { hexColour, skinTone } from '../colour.ts';
import type { FaceCode } from '../face-code.ts';
import type { Probes } from '../probes.ts';
import type { PuppetStyle } from '../style.ts';
import { type CartoonBeard, type CartoonHair, cartoonBeard, cartoonHair } from './cartoon-wardrobe.ts';

export interface CartoonAttributes {
  readonly body: 'squared' | 'rounded' | 'small';
  readonly nose: 'smallRound' | 'mediumRound' | 'wrinkles';
  /** The closed mouth. */
  readonly mouth: 'smile' | 'lips';
  /** Of the whole figure, 1 for the average face. */
  readonly width: number;
  readonly height: number;
  readonly hair: CartoonHair;
  readonly beard: CartoonBeard | undefined;
  /** Colours are `#rrggbb`. */
  readonly skinColour: string;
  readonly hairColour: string;
  readonly clothesColour: string;
  readonly background: readonly [string, string];
}

const CHILD_BELOW_YEARS = 13;
const OLD_FROM_YEARS = 55;
/** Where presentation (Probes) is plain enough to be drawn. */
const MASCULINE_ABOVE = 0.3;
const FEMININE_BELOW = -0.5;
/** A child's figure over an adult's. */
const CHILD_SIZE = 0.88;
/** Stretch per deviation of the population, and its limits: further on, circles become eggs. */
const STRETCH = 0.04;
const MOST_STRETCH = 0.09;

/** Pure. A code more than some deviations from the population gives the most extreme cartoon, not a broken one. */
export function cartoonAttributes(code: FaceCode, style: PuppetStyle, probes: Probes): CartoonAttributes {
  const presentation = probes.readPresentation(code);
  const years = probes.readAgeYears(code);
  const child = years < CHILD_BELOW_YEARS;
  const size = child ? CHILD_SIZE : 1;
  return {
    body: child ? 'small' : presentation > MASCULINE_ABOVE ? 'squared' : 'rounded',
    nose: years >= OLD_FROM_YEARS ? 'wrinkles' : probes.readShape('noseWidth', code) > 0 ? 'mediumRound' : 'smallRound',
    // A beard that the participant chose says more than the voice.
    mouth: !child && presentation < FEMININE_BELOW && style.beard === '' ? 'lips' : 'smile',
    width: size * stretched(probes.readShape('faceWidth', code)),
    height: size * stretched(probes.readShape('faceLength', code)),
    hair: cartoonHair(style.hair),
    beard: cartoonBeard(style.beard),
    skinColour: hexColour(skinTone(style.tone)),
    hairColour: style.hairColour,
    clothesColour: style.clothesColour,
    background: style.background,
  };
}

function stretched(deviations: number): number {
  return 1 + Math.min(MOST_STRETCH, Math.max(-MOST_STRETCH, STRETCH * deviations));
}
