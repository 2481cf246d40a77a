import { type HexColour, lipColour, mixHex, skinToneColour } from './colour.ts';
import { clamp01, lerp } from './interpolation.ts';
import type { Person, PersonBasics, PersonOptions } from './person.ts';
import { SeededRandom } from './seeded-random.ts';

/** From black to red; dark-skinned people draw from the first four. */
const HAIR_COLOURS: readonly HexColour[] = [
  '#1b1514',
  '#211815',
  '#33231b',
  '#48301f',
  '#5a3b28',
  '#75492c',
  '#946a42',
  '#b58c5a',
  '#d0aa74',
  '#7d3a22',
  '#b3602f',
];
const BACKGROUNDS: readonly (readonly [HexColour, HexColour])[] = [
  ['#e4edf5', '#b7cbe0'],
  ['#f5e9dc', '#e3c9ae'],
  ['#e2f0e8', '#b3d3c3'],
  ['#ece7f5', '#c8bfe0'],
  ['#f8efd9', '#e6d2a4'],
  ['#dcedf0', '#a8cfd6'],
  ['#f7e4e2', '#e3bdb9'],
  ['#e9ecef', '#c3cad2'],
];
const CLOTH_COLOURS: readonly HexColour[] = [
  '#3f6288',
  '#5b7a94',
  '#5f8f80',
  '#b5624c',
  '#8470a3',
  '#2f4158',
  '#d8cfc2',
  '#4f8062',
  '#8a5a52',
  '#4a5aa0',
  '#d6b07a',
  '#a34a5c',
  '#e6e3dc',
  '#3d4249',
];

/** Hair styles by presentation and texture; a style that is named twice is twice as likely. */
const MASCULINE_STYLES: readonly string[] = [
  'crop',
  'crop',
  'crop',
  'sidepart',
  'sidepart',
  'quiff',
  'quiff',
  'slick',
  'buzz',
  'curly',
  'shag',
  'none',
  'turban',
];
const FEMININE_STYLES: readonly string[] = [
  'bob',
  'bangs',
  'long',
  'long',
  'longside',
  'longside',
  'longcurly',
  'ponytail',
  'bun',
  'lowbun',
  'pixie',
  'shag',
  'curtainfringe',
  'plaits',
  'headscarf',
];
const MASCULINE_COILY_STYLES: readonly string[] = [
  ...['coils', 'coils', 'coils', 'buzz', 'buzz', 'afro', 'locs', 'none', 'cornrows'],
];
const FEMININE_COILY_STYLES: readonly string[] = [
  'afro',
  'puffs',
  'longcurly',
  'longcurly',
  'locs',
  'bun',
  'lowbun',
  'coils',
  'ponytail',
  'boxbraids',
  'boxbraids',
  'longcoily',
  'cornrows',
  'headscarf',
];
/** Cloth instead of hair: coloured like a garment. */
const FABRICS = new Set(['headscarf', 'turban']);
/** Styles that can have a receding hairline; the others cover it. */
const RECEDING_STYLES = new Set(['crop', 'sidepart', 'quiff', 'slick', 'buzz', 'coils', 'curly', 'none']);

const EYE_COLOURS: readonly string[] = [
  'brown',
  'brownlight',
  'brownlight',
  'green',
  'grey',
  'blue',
  'lightblue',
  'bluegreen',
  'deepblue',
];
const MASCULINE_GARMENTS: readonly string[] = [
  'male_casualsuit04',
  'male_casualsuit02',
  'male_casualsuit03',
  'male_casualsuit06',
  'male_casualsuit01',
];
const FEMININE_GARMENTS: readonly string[] = ['female_casualsuit01', 'female_casualsuit02'];

/** Ages at which a skin texture is wholly of its band: young up to the first, middle-aged at the second, old at the third. */
const SKIN_AGES = [25, 48, 80] as const;

type SkinTexture = Pick<Person, 'skin' | 'skin2' | 'skinMix'>;

type SkinStyle = Pick<Person, 'toneT' | 'tone' | 'lipColor' | 'lipK' | 'blush' | 'freckles' | 'expo' | 'gloss'>;

export function sampleSkin(random: SeededRandom, basics: PersonBasics, options: PersonOptions): SkinStyle {
  const { presentation, childness, stylize } = basics;
  const toneT = options.toneT ?? random.next();
  const tone = options.tone || skinToneColour(toneT, clamp01(0.5 + 0.22 * random.normal()) * 2.2 - 0.6);
  const lipColor = lipColour(tone, presentation, random.next());
  const lipK = lerp(0.4, 0.66, 1 - presentation) + 0.15 * random.next() + 0.12 * stylize * (1 - presentation);
  const blush = (0.35 + 0.35 * random.next()) * lerp(1, 0.55, toneT) * lerp(1, 1.25, childness);
  const freckles = toneT < 0.4 && random.next() < 0.2 ? 0.3 + 0.4 * random.next() : 0;
  const expo = lerp(0.93, 1, clamp01(toneT / 0.25)) * lerp(1, 1.42, clamp01((toneT - 0.3) / 0.7));
  const gloss = (0.9 + 0.2 * random.next()) * lerp(1, 1.4, toneT);
  return { toneT, tone, lipColor, lipK: lipK * lerp(1, 0.5, childness), blush, freckles, expo, gloss };
}

/**
 * Chooses two skin textures by age and presentation, e.g. `ym2` and `mm1`, and how much of the second is mixed in, so
 * that skin ages without steps. Every tone uses the same textures: their own tone is divided out, so the relief of a
 * person's skin says nothing of its colour. (The pack's dark sets show blotches in old age.)
 */
export function sampleSkinTexture({ seed, presentation, ageYears }: PersonBasics): SkinTexture {
  const sex = presentation < 0.5 ? 'f' : 'm';
  const random = new SeededRandom(seed * 13 + 5);
  const choice = random.next();
  const young = `y${sex}${1 + Math.min(2, Math.floor(choice * 3))}`;
  const middle = `m${sex}${random.next() < 0.5 ? 1 : 2}`;
  const old = sex === 'm' ? 'om1' : `of${random.next() < 0.5 ? 1 : 2}`; // om2 was made from a small source and is blurred
  const [youngAge, middleAge, oldAge] = SKIN_AGES;
  if (ageYears < middleAge) {
    return { skin: young, skin2: middle, skinMix: clamp01((ageYears - youngAge) / (middleAge - youngAge)) };
  }
  return { skin: middle, skin2: old, skinMix: clamp01((ageYears - middleAge) / (oldAge - middleAge)) };
}

type HairColours = Pick<Person, 'hairColor' | 'beardColor' | 'browColor'>;

export function sampleHairColours(
  random: SeededRandom,
  basics: PersonBasics,
  darkHaired: boolean,
  options: PersonOptions,
): HairColours {
  const { presentation, ageYears } = basics;
  const natural = random.pick(darkHaired ? HAIR_COLOURS.slice(0, 4) : HAIR_COLOURS);
  const grey = clamp01((ageYears - 38 - 13 * random.next()) / 26) ** 1.1;
  const beardColor = mixHex(mixHex(natural, '#1b1210', 0.15), '#b9b5b0', grey * 0.85);
  const greyColour = random.next() < 0.5 ? '#d2cfca' : '#a3a09d';
  const dyed = presentation < 0.5 && random.next() < 0.45;
  const hairColor = options.hairColor ?? mixHex(natural, greyColour, grey * (dyed ? 0.12 : 1));
  const browColor = mixHex(mixHex(natural, '#1d130d', 0.35), '#8f8a86', grey * 0.4);
  return { beardColor, hairColor, browColor };
}

type HairStyleChoice = Pick<Person, 'hair' | 'recede' | 'shaved' | 'scalp'>;

export function sampleHair(
  random: SeededRandom,
  basics: PersonBasics,
  coily: boolean,
  options: PersonOptions,
): HairStyleChoice {
  const { presentation, ageYears } = basics;
  const masculine = random.next() < clamp01((presentation - 0.12) / 0.76);
  const styles = masculine
    ? coily
      ? MASCULINE_COILY_STYLES
      : MASCULINE_STYLES
    : coily
      ? FEMININE_COILY_STYLES
      : FEMININE_STYLES;
  let hair = options.hair ?? random.pick(styles);
  const loss = random.next();
  const lossRate = loss < 0.35 ? 1.6 : loss < 0.7 ? 0.8 : 0.15;
  const baldness = presentation > 0.55 && ageYears > 26 ? clamp01(((ageYears - 26) / 50) * lossRate) : 0;
  if (!options.hair && baldness > 0.7 && loss < 0.26) hair = 'horseshoe';
  if (ageYears < 22 && hair === 'none') hair = 'crop';
  const shaved = hair === 'none';
  const scalp = shaved ? 0.25 + 0.3 * random.next() : hair === 'buzz' ? 0.9 : 0.8;
  return { hair, recede: RECEDING_STYLES.has(hair) ? Math.min(baldness, 0.67) : 0, shaved, scalp };
}

type BrowStyle = Pick<Person, 'brow' | 'browK' | 'lash' | 'lashK'>;

export function sampleBrows(random: SeededRandom, { presentation, childness, ageing }: PersonBasics): BrowStyle {
  const half = () => random.normal() * 0.5;
  const thickness = (lerp(0.025, 0.029, presentation) + 0.004 * half()) * lerp(1, 0.82, childness);
  const arch = lerp(0.052, 0.047, presentation) + 0.012 * half();
  const tilt = 0.012 + 0.018 * half() + lerp(0.004, -0.012, presentation) - 0.02 * ageing - 0.012 * childness;
  const length = lerp(0.46, 0.49, presentation) + 0.02 * half();
  const opacity = lerp(0.94, 1, presentation) * (0.94 + 0.06 * random.next());
  return {
    brow: [thickness, arch, tilt, length],
    browK: opacity * lerp(1, 0.9, childness) * (1 - 0.12 * ageing),
    lash: presentation < 0.5 ? 'eyelashes02' : 'eyelashes01',
    lashK: lerp(1.1, 0.45, presentation) * lerp(1, 0.5, childness),
  };
}

type BeardStyle = Pick<Person, 'stubble' | 'beard' | 'beardLen'>;

export function sampleBeard(random: SeededRandom, { presentation, ageYears }: PersonBasics): BeardStyle {
  const growth = random.next();
  const kind = random.next();
  if (presentation <= 0.62 || ageYears <= 18) return { stubble: 0, beard: '' };
  if (growth < 0.4) return { stubble: 0.1 * random.next(), beard: '' };
  if (growth < 0.6) return { stubble: 0.35 + 0.3 * random.next(), beard: '' };
  if (kind >= 0.55) {
    const beard = kind < 0.85 ? 'goatee' : 'moustache';
    return { stubble: 0.15, beard, beardLen: 0.03 + 0.04 * random.next() };
  }
  const short = random.next() < 0.6;
  const beardLen = short ? 0.03 + 0.05 * random.next() : 0.12 + 0.1 * random.next();
  return { stubble: 0.55, beard: 'full', beardLen };
}

export function sampleEyeColour(random: SeededRandom, darkHaired: boolean): string {
  return darkHaired || random.next() < 0.4 ? 'brown' : random.pick(EYE_COLOURS);
}

/** A headscarf or a turban has a colour of its own, hair keeps the one it has. */
export function headwearColour({ seed }: PersonBasics, hair: string, hairColour: HexColour): HexColour {
  return FABRICS.has(hair) ? new SeededRandom(seed * 17 + 3).pick(CLOTH_COLOURS) : hairColour;
}

type ClothesStyle = Pick<Person, 'cloth' | 'clothColor' | 'bg'>;

export function sampleClothes(random: SeededRandom, basics: PersonBasics, options: PersonOptions): ClothesStyle {
  const cloth = options.cloth ?? random.pick(basics.presentation > 0.5 ? MASCULINE_GARMENTS : FEMININE_GARMENTS);
  return { cloth, clothColor: random.pick(CLOTH_COLOURS), bg: random.pick(BACKGROUNDS) };
}
