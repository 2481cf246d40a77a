import {
  CURTAIN_FRINGE,
  FRAMING,
  FRINGE,
  type Hairline,
  NATURAL,
  OVER_EARS,
  SCARF,
  SHORT_SWEPT,
  SWEPT,
  TURBAN,
} from './hairlines.ts';

/** Which way the strands run over the skull. */
export type StrandFlow = 'part' | 'crown' | 'back' | 'sweep' | 'wrap' | 'drape';

type Ball = readonly [x: number, y: number, z: number, radius: number];

/** Hair that hangs from the skull as a round sheet. Lengths in decimetres, angles in degrees from the front. */
export interface Curtain {
  /** Height of the lower hem. */
  readonly hem: number;
  readonly thickness: number;
  readonly radius: number;
  /** Where it begins beside the face, at the top and at the hem. */
  readonly opening: readonly [top: number, hem: number];
  /** Inward (below 0) bend of the tips, and widening towards the hem. */
  readonly curl?: number;
  readonly flare?: number;
  readonly wave?: { readonly depth: number; readonly frequency: number };
  /** Closes under the chin, as a headscarf does. */
  readonly closed?: true;
}

/** A hair style: a cap on the skull over a hairline, with an optional curtain, bun, balls or tail. */
export interface HairStyle {
  readonly hairline: Hairline;
  /** Hairline on the person's left of the parting, where it differs. */
  readonly hairlineLeft?: Hairline;
  /** Thickness of the cap in decimetres; `front` is added over the forehead. */
  readonly thickness: { readonly side: number; readonly top: number; readonly back: number; readonly front: number };
  /** Distance over which the cap rises from the hairline, and how softly it does so, 0..1. */
  readonly rim: number;
  readonly softness?: number;
  readonly flow: StrandFlow;
  /** x of the parting. */
  readonly parting?: number;
  /** Grooves between locks: depth in decimetres and locks per decimetre; round ones are cords. */
  readonly locks: { readonly depth: number; readonly density: number; readonly round?: true };
  /** Curls: depth and size in decimetres. */
  readonly curls?: { readonly depth: number; readonly size: number };
  /** Amplitude of sideways waves of the strands. */
  readonly waviness?: number;
  /** More height on the person's right. */
  readonly tilt?: number;
  /** Cropped so short that the surface has no grain of its own. */
  readonly cropped?: true;
  /** Bare crown. */
  readonly bald?: true;
  readonly bun?: Ball;
  readonly balls?: readonly Ball[];
  readonly tail?: true;
  /** Two plaits that fall before the shoulders. */
  readonly plaits?: true;
  /** Cords are plaited: knots along their length. */
  readonly plaited?: true;
  /** Cloth instead of hair: folds, but no strands, and no roots on the scalp. */
  readonly fabric?: true;
  readonly curtain?: Curtain;
}

const cap = (side: number, top: number, back: number, front: number) => ({ side, top, back, front });
const locks = (depth: number, density: number) => ({ depth, density });

/** Frequency of a curtain's waves, radians per decimetre, where a style gives none of its own. */
const USUAL_WAVE_FREQUENCY = 5.2;

const STYLES = {
  buzz: {
    hairline: NATURAL,
    thickness: cap(0.012, 0.02, 0.015, 0),
    rim: 0.06,
    flow: 'crown',
    locks: locks(0, 8),
    cropped: true,
  },
  crop: {
    hairline: NATURAL,
    thickness: cap(0.045, 0.18, 0.1, 0),
    rim: 0.44,
    softness: 0.75,
    flow: 'crown',
    locks: locks(0.04, 4.2),
  },
  sidepart: {
    hairline: NATURAL,
    thickness: cap(0.045, 0.2, 0.11, 0.05),
    rim: 0.36,
    softness: 0.6,
    flow: 'sweep',
    parting: 0.36,
    locks: locks(0.03, 3.2),
    tilt: 0.08,
  },
  quiff: {
    hairline: NATURAL,
    thickness: cap(0.035, 0.19, 0.09, 0.2),
    rim: 0.22,
    softness: 0.35,
    flow: 'back',
    locks: locks(0.036, 3.2),
  },
  slick: {
    hairline: NATURAL,
    thickness: cap(0.05, 0.12, 0.1, 0.04),
    rim: 0.3,
    softness: 0.7,
    flow: 'back',
    locks: locks(0.02, 4.4),
  },
  curly: {
    hairline: NATURAL,
    thickness: cap(0.07, 0.24, 0.16, 0.05),
    rim: 0.26,
    softness: 0.3,
    flow: 'crown',
    locks: locks(0, 5),
    curls: { depth: 0.12, size: 0.2 },
  },
  coils: {
    hairline: NATURAL,
    thickness: cap(0.03, 0.15, 0.08, 0),
    rim: 0.22,
    softness: 0.4,
    flow: 'crown',
    locks: locks(0, 6),
    curls: { depth: 0.045, size: 0.095 },
  },
  afro: {
    hairline: NATURAL,
    thickness: cap(0.4, 0.5, 0.48, -0.05),
    rim: 0.55,
    flow: 'crown',
    locks: locks(0, 6),
    curls: { depth: 0.05, size: 0.11 },
  },
  horseshoe: {
    hairline: NATURAL,
    thickness: cap(0.035, 0.03, 0.06, 0),
    rim: 0.22,
    softness: 0.8,
    flow: 'crown',
    locks: locks(0.016, 4.5),
    bald: true,
  },
  pixie: {
    hairline: SHORT_SWEPT,
    hairlineLeft: NATURAL,
    thickness: cap(0.06, 0.19, 0.13, 0.06),
    rim: 0.32,
    softness: 0.55,
    flow: 'sweep',
    parting: 0.4,
    locks: locks(0.032, 3.4),
    tilt: 0.05,
  },
  shag: {
    hairline: SWEPT,
    hairlineLeft: OVER_EARS,
    thickness: cap(0.14, 0.2, 0.16, 0.05),
    rim: 0.32,
    softness: 0.5,
    flow: 'part',
    parting: 0.3,
    locks: locks(0.036, 3.2),
    curtain: { hem: 6.55, thickness: 0.2, radius: 0.9, opening: [60, 66], curl: -0.05, flare: 0.03 },
  },
  bob: {
    hairline: OVER_EARS,
    thickness: cap(0.13, 0.16, 0.16, 0.04),
    rim: 0.26,
    softness: 0.3,
    flow: 'part',
    parting: 0.24,
    locks: locks(0.024, 3.6),
    curtain: { hem: 6.26, thickness: 0.24, radius: 0.93, opening: [56, 57], curl: -0.1, flare: 0.05 },
  },
  bangs: {
    hairline: FRINGE,
    thickness: cap(0.13, 0.17, 0.16, 0.02),
    rim: 0.42,
    softness: 0.85,
    flow: 'crown',
    locks: locks(0.03, 5.2),
    curtain: { hem: 6.18, thickness: 0.24, radius: 0.93, opening: [57, 58], curl: -0.1, flare: 0.05 },
  },
  long: {
    hairline: FRAMING,
    thickness: cap(0.12, 0.15, 0.15, 0.04),
    rim: 0.3,
    softness: 0.5,
    flow: 'part',
    parting: 0,
    locks: locks(0.03, 3.4),
    curtain: { hem: 5.25, thickness: 0.27, radius: 0.9, opening: [55, 59], flare: 0.12 },
  },
  longside: {
    hairline: SWEPT,
    hairlineLeft: OVER_EARS,
    thickness: cap(0.13, 0.18, 0.16, 0.04),
    rim: 0.34,
    softness: 0.55,
    flow: 'part',
    parting: 0.3,
    locks: locks(0.03, 3.2),
    curtain: {
      hem: 5.3,
      thickness: 0.3,
      radius: 0.91,
      opening: [56, 58],
      flare: 0.13,
      wave: { depth: 0.05, frequency: USUAL_WAVE_FREQUENCY },
    },
  },
  longcurly: {
    hairline: OVER_EARS,
    thickness: cap(0.19, 0.23, 0.23, 0.03),
    rim: 0.26,
    flow: 'part',
    parting: 0.16,
    locks: locks(0.042, 3),
    waviness: 0.055,
    curtain: {
      hem: 5.7,
      thickness: 0.36,
      radius: 0.96,
      opening: [56, 58],
      flare: 0.15,
      wave: { depth: 0.075, frequency: 7.5 },
    },
  },
  ponytail: {
    hairline: NATURAL,
    thickness: cap(0.06, 0.1, 0.1, 0.03),
    rim: 0.34,
    softness: 0.8,
    flow: 'back',
    locks: locks(0.016, 5),
    tail: true,
  },
  bun: {
    hairline: NATURAL,
    thickness: cap(0.06, 0.1, 0.09, 0.03),
    rim: 0.34,
    softness: 0.8,
    flow: 'back',
    locks: locks(0.016, 5),
    bun: [0, 8.6, 0.16, 0.33],
  },
  lowbun: {
    hairline: FRAMING,
    thickness: cap(0.09, 0.13, 0.13, 0.03),
    rim: 0.28,
    softness: 0.5,
    flow: 'part',
    parting: 0,
    locks: locks(0.02, 4.2),
    bun: [0, 6.9, -0.62, 0.32],
  },
  puffs: {
    hairline: NATURAL,
    thickness: cap(0.05, 0.06, 0.06, 0.02),
    rim: 0.2,
    softness: 0.5,
    flow: 'part',
    parting: 0,
    locks: locks(0, 6),
    curls: { depth: 0.035, size: 0.09 },
    balls: [
      [0.72, 8.42, 0.25, 0.36],
      [-0.72, 8.42, 0.25, 0.36],
    ],
  },
  locs: {
    hairline: FRAMING,
    thickness: cap(0.11, 0.15, 0.14, 0.03),
    rim: 0.26,
    softness: 0.3,
    flow: 'part',
    parting: 0.12,
    locks: { depth: 0.06, density: 5.2, round: true },
    curtain: { hem: 5.95, thickness: 0.26, radius: 0.9, opening: [58, 60], flare: 0.05 },
  },
  curtainfringe: {
    hairline: CURTAIN_FRINGE,
    thickness: cap(0.13, 0.17, 0.16, 0.05),
    rim: 0.4,
    softness: 0.7,
    flow: 'part',
    parting: 0,
    locks: locks(0.03, 3.6),
    curtain: {
      hem: 5.75,
      thickness: 0.27,
      radius: 0.91,
      opening: [56, 58],
      curl: -0.04,
      flare: 0.1,
      wave: { depth: 0.035, frequency: 4.6 },
    },
  },
  longcoily: {
    hairline: OVER_EARS,
    thickness: cap(0.3, 0.33, 0.34, -0.02),
    rim: 0.4,
    flow: 'crown',
    locks: locks(0, 6),
    curls: { depth: 0.06, size: 0.115 },
    curtain: { hem: 5.85, thickness: 0.56, radius: 1.08, opening: [54, 56], flare: 0.16 },
  },
  boxbraids: {
    hairline: FRAMING,
    thickness: cap(0.09, 0.12, 0.12, 0.02),
    rim: 0.24,
    softness: 0.4,
    flow: 'part',
    parting: 0,
    locks: { depth: 0.085, density: 5.8, round: true },
    plaited: true,
    curtain: { hem: 5.35, thickness: 0.23, radius: 0.89, opening: [57, 60], flare: 0.06 },
  },
  plaits: {
    hairline: FRAMING,
    thickness: cap(0.08, 0.12, 0.11, 0.03),
    rim: 0.3,
    softness: 0.6,
    flow: 'part',
    parting: 0,
    locks: locks(0.02, 4.4),
    plaits: true,
  },
  cornrows: {
    hairline: NATURAL,
    thickness: cap(0.05, 0.07, 0.06, 0.01),
    rim: 0.2,
    softness: 0.7,
    flow: 'back',
    locks: { depth: 0.05, density: 4.2, round: true },
    plaited: true,
  },
  headscarf: {
    hairline: SCARF,
    thickness: cap(0.1, 0.15, 0.2, -0.02),
    rim: 0.16,
    softness: 0.35,
    flow: 'drape',
    locks: locks(0.034, 2.1),
    fabric: true,
    curtain: { hem: 5.42, thickness: 0.13, radius: 0.87, opening: [57, 53], closed: true },
  },
  turban: {
    hairline: TURBAN,
    thickness: cap(0.24, 0.36, 0.26, 0.1),
    rim: 0.2,
    flow: 'wrap',
    locks: locks(0.055, 2.5),
    fabric: true,
  },
} as const satisfies Record<string, HairStyle>;

export type HairStyleName = keyof typeof STYLES;

export const HAIR_STYLES: Readonly<Record<HairStyleName, HairStyle>> = STYLES;
export const HAIR_STYLE_NAMES: readonly HairStyleName[] = Object.keys(STYLES) as HairStyleName[];
