import { EXPRESSIONS } from './expressions.ts';
import { IRIS_COLOURS } from './eye-colours.ts';
import { HAIR_STYLE_NAMES, HAIR_STYLES, type HairStyle, type HairStyleName } from './hair-styles.ts';
import type { Person } from './person.ts';
import { meanPerson } from './reference-people.ts';
import type { CapturePass } from './tone-free-capture.ts';

export type StyleLayerKind = 'base' | 'hair' | 'cloth' | 'brow' | 'beard' | 'eye' | 'mouth';

/** A layer of the style, drawn on the mean head. */
export interface StyleLayer {
  readonly name: string;
  readonly kind: StyleLayerKind;
  readonly person: Person;
  readonly passes: readonly CapturePass[];
  /** Whether the places of eyes, teeth and tongue go with the pictures. */
  readonly withGeometry: boolean;
}

const LAYER = { size: 512, supersampling: 2 };
const SPRITE = { size: 1024, supersampling: 1, developed: true };

/** Captured hair and cloth are divided by their colour again; a middle grey keeps 8 bit busy. */
const NEUTRAL_COLOUR = '#808080';
/** Hair behind z and below y would cover wide necks. */
const HAIR_CUT: readonly [z: number, y: number] = [0.3, 7.0];

const GARMENTS = [
  'male_casualsuit04',
  'male_casualsuit02',
  'male_casualsuit03',
  'male_casualsuit06',
  'male_casualsuit01',
  'female_casualsuit01',
  'female_casualsuit02',
];

/** Half thickness, arch, tilt, length. */
const BROWS: Readonly<Record<string, Person['brow']>> = {
  soft: [0.025, 0.052, 0.014, 0.46],
  arched: [0.024, 0.066, 0.016, 0.47],
  medium: [0.027, 0.049, 0.009, 0.475],
  thick: [0.032, 0.044, 0.002, 0.49],
  flat: [0.028, 0.038, -0.002, 0.485],
  child: [0.02, 0.05, 0.018, 0.45],
};

const BEARDS: Readonly<Record<string, { beard: string; beardLen: number; stubble: number }>> = {
  stubble: { beard: '', beardLen: 0, stubble: 0.5 },
  moustache: { beard: 'moustache', beardLen: 0.045, stubble: 0.15 },
  goatee: { beard: 'goatee', beardLen: 0.05, stubble: 0.15 },
  short: { beard: 'full', beardLen: 0.05, stubble: 0.55 },
  full: { beard: 'full', beardLen: 0.1, stubble: 0.55 },
  long: { beard: 'full', beardLen: 0.19, stubble: 0.55 },
};

/** Hair over painted scalp, hair alone, and the skin in the hair's shadow. A scarf covers the neck on purpose. */
function hairPasses(hair: HairStyleName): CapturePass[] {
  const { fabric }: HairStyle = HAIR_STYLES[hair];
  const person = { hair, hairColor: NEUTRAL_COLOUR };
  const scalp = fabric ? 0 : hair === 'buzz' ? 0.9 : 0.8;
  const cut = fabric ? {} : { cutAway: HAIR_CUT };
  return [
    { ...LAYER, show: ['hair', 'skin'], mode: 'scalpPaint', ...cut, person: { ...person, scalp } },
    { ...LAYER, show: ['hair'], person },
    { ...LAYER, show: ['skin'], person },
  ];
}

/** The garment in front of the skin, and the skin that it leaves, in its shadow. */
function clothPasses(cloth: string): CapturePass[] {
  const person = { cloth, clothColor: NEUTRAL_COLOUR };
  return [
    { ...LAYER, show: ['cloth', 'skin'], mode: 'scalpPaint', person: { ...person, scalp: 0 } },
    { ...LAYER, show: ['skin'], person },
  ];
}

function eyePass(eyeTex: string, mean: Person): CapturePass {
  const openLids = { 'eye-left-opened-up': 0.6, 'eye-right-opened-up': 0.6 };
  const person = { eyeTex, rest: { ...mean.rest, ...openLids } };
  return { ...SPRITE, show: ['eyes'], mode: 'plainEyes', withoutLidShadow: true, person };
}

/** All layers of the style: base, 28 hair styles, 7 garments, 6 brows, 6 beards, 9 eye colours, teeth and tongue. */
export function styleLayers(): StyleLayer[] {
  const mean = meanPerson();
  const layer = (kind: StyleLayerKind, name: string, passes: readonly CapturePass[]): StyleLayer => {
    return { kind, name, passes, person: mean, withGeometry: false };
  };
  const openMouth: Person = { ...mean, expr: EXPRESSIONS.jawOpen };
  const mouthLayer = (name: 'teeth' | 'tongue'): StyleLayer => ({
    ...layer('mouth', name, [{ ...SPRITE, show: [name] }]),
    person: openMouth,
    withGeometry: true,
  });
  return [
    layer('base', 'base', [{ ...LAYER, show: ['skin'] }]),
    ...HAIR_STYLE_NAMES.map((name) => layer('hair', `hair_${name}`, hairPasses(name))),
    ...GARMENTS.map((name) => layer('cloth', `cloth_${name}`, clothPasses(name))),
    ...Object.entries(BROWS).map(([name, brow]) =>
      layer('brow', `brow_${name}`, [{ ...LAYER, show: ['skin'], mode: 'browPaint', person: { browK: 1, brow } }]),
    ),
    ...Object.entries(BEARDS).map(([name, beard]) => {
      const person = { ...beard, hairColor: NEUTRAL_COLOUR };
      return layer('beard', `beard_${name}`, [{ ...LAYER, show: ['beard', 'skin'], mode: 'stubblePaint', person }]);
    }),
    ...Object.keys(IRIS_COLOURS).map((name) => ({
      ...layer('eye', `eye_${name}`, [eyePass(name, mean)]),
      withGeometry: true,
    })),
    mouthLayer('teeth'),
    mouthLayer('tongue'),
  ];
}
