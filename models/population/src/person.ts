import type { HexColour } from './colour.ts';
import { clamp01, lerp } from './interpolation.ts';
import { sampleRestExpression } from './rest-expression.ts';
import { SeededRandom, topicRandom } from './seeded-random.ts';
import { sampleShape } from './shape-sampling.ts';
import {
  headwearColour,
  sampleBeard,
  sampleBrows,
  sampleClothes,
  sampleEyeColour,
  sampleHair,
  sampleHairColours,
  sampleSkin,
  sampleSkinTexture,
} from './style-sampling.ts';

/** Weights of morph targets by name; `arkit/...` names are viseme targets, others are units of the asset pack. */
export type ExpressionWeights = Readonly<Record<string, number>>;

/** `illustrated`: a designed character, plainly not a photo. `natural`: the unstylised head. */
export type Look = 'illustrated' | 'natural';

/** Shares of the asset pack's three head families; only their ratio counts. */
export interface HeadFamilyMix {
  readonly c: number;
  readonly a: number;
  readonly f: number;
}

/** A synthetic person. The names of the fields are those of `people/<seed>.json`, which the training side reads. */
export interface Person {
  seed: number;
  look: Look;
  /** 0 natural .. 1 illustrated, continuous. */
  stylize: number;
  /** Presentation, 0 feminine .. 1 masculine. */
  sex: number;
  /** Years. */
  age: number;
  /** 0 thin .. 1 heavy. */
  weight: number;
  /** 0..1. */
  muscle: number;
  eth: HeadFamilyMix;
  /** Identity morph targets by name, weights added to the macro targets. */
  detail: Record<string, number>;
  /** Skin tone, 0 lightest .. 1 darkest, and its colour. */
  toneT: number;
  tone: HexColour;
  lipColor: HexColour;
  /** How far the lips take the lip colour, 0..1. */
  lipK: number;
  /** Redness of the cheeks, 0..1. */
  blush: number;
  /** 0 none .. 1. */
  freckles: number;
  /** Ids of two skin textures in the asset pack, and how much of the second is mixed in, 0..1. */
  skin: string;
  skin2: string;
  skinMix: number;
  /** Strength of fine skin detail, and of its lines in the illustrated look. */
  detK: number;
  lines: number;
  /** Exposure lift of dark skin; gain of the skin's highlights. */
  expo: number;
  gloss: number;
  hairColor: HexColour;
  beardColor: HexColour;
  browColor: HexColour;
  /** Hair style, or `none`. */
  hair: string;
  /** Receding hairline, 0, .33 or .67 after rounding. */
  recede: number;
  /** Bald with painted stubble on the scalp. */
  shaved: boolean;
  /** Strength of the scalp paint under the hair. */
  scalp: number;
  /** Brow stroke: half thickness, arch, tilt, length, in decimetres of the rest head. */
  brow: readonly [number, number, number, number];
  /** Opacity of the brows. */
  browK: number;
  /** Lash proxy of the asset pack, or `none`; and its strength. */
  lash: string;
  lashK: number;
  /** Painted stubble, 0..1. */
  stubble: number;
  /** `''`, `full`, `goatee` or `moustache`, and its length in decimetres. */
  beard: string;
  beardLen?: number;
  eyeTex: string;
  /** Iris colour that overrides the one of `eyeTex`. */
  irisColor?: HexColour;
  /** Garment proxy of the asset pack, or `none`. */
  cloth: string;
  clothColor: HexColour;
  /** Centre and rim colour of the background. */
  bg: readonly [HexColour, HexColour];
  /** The friendly face at rest, and the expression on top of it. */
  rest: Record<string, number>;
  expr: ExpressionWeights;
}

/** What of a person is given instead of drawn. Everything left out is drawn from the seed. */
export interface PersonOptions {
  /** Default `illustrated`. */
  look?: Look;
  /** Presentation, 0 feminine .. 1 masculine. */
  sex?: number;
  /** Years. */
  age?: number;
  /** 0 thin .. 1 heavy. */
  weight?: number;
  eth?: HeadFamilyMix;
  /** Strength of the random shape modifiers, default 0.65. */
  detailK?: number;
  /** Strength of the scan shapes in standard deviations, default 0.8; 0 leaves them out. */
  scan?: number;
  /** Skin tone, 0 lightest .. 1 darkest. */
  toneT?: number;
  tone?: HexColour;
  hair?: string;
  hairColor?: HexColour;
  cloth?: string;
  expr?: ExpressionWeights;
}

/** What the later draws need to know of the first ones. */
export interface PersonBasics {
  readonly seed: number;
  readonly presentation: number;
  readonly ageYears: number;
  readonly weight: number;
  /** 1 up to nine years of age, 0 from seventeen. */
  readonly childness: number;
  /** 0 up to 25 years, 1 from 73. */
  readonly ageing: number;
  /** 0 natural .. 1 illustrated. */
  readonly stylize: number;
}

function samplePresentation(random: SeededRandom, given: number | undefined): number {
  const typical = clamp01(random.next() < 0.5 ? 0.06 + 0.1 * random.normal() : 0.94 + 0.1 * random.normal());
  const between = random.next();
  if (given !== undefined) return given;
  return between < 0.18 ? random.next() : typical;
}

function sampleAge(random: SeededRandom, given: number | undefined): number {
  const band = random.next();
  if (given !== undefined) return given;
  if (band < 0.13) return 8 + 9 * random.next();
  if (band < 0.85) return 17 + 45 * random.next();
  return 60 + 16 * random.next();
}

/**
 * Draws a random but plausible person; the same seed and options give the same person for ever.
 *
 * The order of the draws is part of the definition of the population (see `SeededRandom`).
 */
export function samplePerson(seed: number, options: PersonOptions = {}): Person {
  const random = new SeededRandom(seed);
  const look = options.look ?? 'illustrated';
  const stylize = look === 'natural' ? 0 : 1;
  const sex = samplePresentation(random, options.sex);
  const age = sampleAge(random, options.age);
  const families = [random.next(), random.next(), random.next()].map((x) => (-Math.log(x + 1e-9)) ** 1.5);
  const weight = options.weight ?? clamp01(0.5 + 0.17 * random.normal());
  const muscle = clamp01(0.5 + 0.08 * random.normal() + 0.04 * (sex - 0.5));
  const eth = options.eth ?? { c: families[0], a: families[1], f: families[2] };

  const childness = clamp01((17 - age) / 8);
  const ageing = clamp01((age - 25) / 48) ** 0.85;
  const basics: PersonBasics = { seed, presentation: sex, ageYears: age, weight, childness, ageing, stylize };

  const detail = sampleShape(basics, options);
  const skin = sampleSkin(topicRandom(seed, 2), basics, options);
  const darkHaired = skin.toneT > 0.52;
  const colours = sampleHairColours(topicRandom(seed, 3), basics, darkHaired, options);
  const coily = eth.f / (eth.c + eth.a + eth.f) > 0.5 && darkHaired;
  const hair = sampleHair(topicRandom(seed, 4), basics, coily, options);
  const hairLine = topicRandom(seed, 5);
  const brows = sampleBrows(hairLine, basics);
  const beard = sampleBeard(hairLine, basics);
  const eyeTex = sampleEyeColour(topicRandom(seed, 6), darkHaired);
  const clothes = sampleClothes(topicRandom(seed, 7), basics, options);
  const rest = sampleRestExpression(topicRandom(seed, 8), basics);

  return {
    seed,
    look,
    stylize,
    sex,
    age,
    weight,
    muscle,
    eth,
    detail,
    ...skin,
    ...sampleSkinTexture(basics),
    detK: lerp(0.55, 1.1, clamp01((age - 20) / 50)) * lerp(1, 0.5, childness),
    lines: lerp(0.25, 1.1, clamp01((age - 22) / 42) ** 0.85),
    ...colours,
    ...hair,
    ...(options.hairColor ? {} : { hairColor: headwearColour(basics, hair.hair, colours.hairColor) }),
    ...brows,
    ...beard,
    eyeTex,
    ...clothes,
    rest,
    expr: { ...options.expr },
  };
}
