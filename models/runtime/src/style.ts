/**
 * The style: everything about a portrait that the voice must not decide. Drawn from a seed alone, or chosen by the
 * participant. Nothing here may ever read a face code, a confidence or a probe.
 */
import { seededRandom } from './seeded-random.ts';

/** Structurally the protocol's `Style`: what travels is what is drawn. */
export interface PuppetStyle {
  look: 'illustrated' | 'initials';
  /** Skin tone: position in the palette, 0 lightest to 1 darkest. */
  tone: number;
  /** Layer names without their kind, or '' for none. */
  hair: string;
  /** `#rrggbb` */
  hairColour: string;
  beard: string;
  brows: string;
  browColour: string;
  eyes: string;
  clothes: string;
  clothesColour: string;
  /** Default: none. A name that the layers don't have is none, too. */
  glasses?: string | undefined;
  /** Inner and outer colour of the background's radial gradient. */
  background: [string, string];
}

/** Skin tones from light to dark; a style's `tone` is a position on this line. */
export const TONES: readonly string[] = [
  ...['#f4d9c8', '#efcab4', '#e6b9a0', '#d5a88d', '#be947b'],
  ...['#a57d66', '#8b6550', '#744e3c', '#5f3f30', '#4c3226'],
];

/** Hair that suits anybody, so that a default says nothing of presentation; a name given twice is twice as likely. */
const HAIR_STYLES: readonly string[] = [
  ...['crop', 'crop', 'sidepart', 'quiff', 'slick', 'curly', 'curly', 'coils', 'coils', 'afro', 'pixie', 'pixie'],
  ...['lowbun', 'shag', 'locs', 'longcurly'],
];
/** Hair, with the brow colour that goes with it, dark ones first. */
const HAIR_COLOURS: readonly (readonly [hair: string, brows: string])[] = [
  ['#1b1514', '#1b1310'],
  ['#211815', '#1d1512'],
  ['#33231b', '#2b1e17'],
  ['#48301f', '#38271b'],
  ['#5a3b28', '#44301f'],
  ['#75492c', '#543823'],
  ['#946a42', '#664a2f'],
  ['#b58c5a', '#7b5f3e'],
  ['#7d3a22', '#5a2d1c'],
  ['#b3602f', '#7d4a26'],
  ['#8d8781', '#6d6761'],
];
const BROWS: readonly string[] = ['soft', 'medium', 'medium', 'flat', 'arched'];
/** Dark ones first. */
const EYES: readonly string[] = [
  ...['brown', 'brown', 'brownlight', 'brownlight', 'green', 'grey', 'blue', 'bluegreen', 'deepblue'],
];
/** Garments with a neckline that fits every neck. */
const GARMENTS: readonly string[] = [
  ...['male_casualsuit01', 'male_casualsuit02', 'male_casualsuit03', 'male_casualsuit04', 'male_casualsuit06'],
];
/** From this tone on, default hair and eyes come from the dark ends of their lists: others look painted on. */
const DEEP_TONE = 0.52;
const DARK_HAIR_COLOURS = 4;
const DARK_EYES = 3;

const GARMENT_COLOURS: readonly string[] = [
  ...['#3f6288', '#5b7a94', '#5f8f80', '#b5624c', '#8470a3', '#2f4158', '#d8cfc2'],
  ...['#4f8062', '#8a5a52', '#4a5aa0', '#d6b07a', '#a34a5c', '#e6e3dc', '#3d4249'],
];
const BACKGROUNDS: readonly (readonly [string, string])[] = [
  ['#e4edf5', '#b7cbe0'],
  ['#f5e9dc', '#e3c9ae'],
  ['#e2f0e8', '#b3d3c3'],
  ['#ece7f5', '#c8bfe0'],
  ['#f8efd9', '#e6d2a4'],
  ['#dcedf0', '#a8cfd6'],
  ['#f7e4e2', '#e3bdb9'],
  ['#e9ecef', '#c3cad2'],
];

/** The same seed always gives the same style. */
export function styleFromSeed(seed: string): PuppetStyle {
  const random = seededRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const tone = Math.round(random() * 1000) / 1000;
  const deep = tone > DEEP_TONE;
  const [hairColour, browColour] = pick(deep ? HAIR_COLOURS.slice(0, DARK_HAIR_COLOURS) : HAIR_COLOURS);
  return {
    look: 'illustrated',
    tone,
    hair: pick(HAIR_STYLES),
    hairColour,
    beard: '',
    brows: pick(BROWS),
    browColour,
    eyes: pick(deep ? EYES.slice(0, DARK_EYES) : EYES),
    clothes: pick(GARMENTS),
    clothesColour: pick(GARMENT_COLOURS),
    background: [...pick(BACKGROUNDS)],
  };
}
