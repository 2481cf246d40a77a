import { clamp, lerp } from './interpolation.ts';

/** sRGB colour written `#rrggbb`. */
export type HexColour = string;

type Rgb = readonly [number, number, number];

function toRgb(hex: HexColour): Rgb {
  return [
    Number.parseInt(hex.slice(1, 3), 16),
    Number.parseInt(hex.slice(3, 5), 16),
    Number.parseInt(hex.slice(5, 7), 16),
  ];
}

function toHex(rgb: Rgb): HexColour {
  const byte = (value: number) =>
    Math.round(clamp(value, 0, 255))
      .toString(16)
      .padStart(2, '0');
  return `#${byte(rgb[0])}${byte(rgb[1])}${byte(rgb[2])}`;
}

/** Mixes in sRGB (display) space, rounded to 8 bit. */
export function mixHex(a: HexColour, b: HexColour, t: number): HexColour {
  const from = toRgb(a);
  const to = toRgb(b);
  return toHex([lerp(from[0], to[0], t), lerp(from[1], to[1], t), lerp(from[2], to[2], t)]);
}

/** Skin tones from light to dark, equally spaced on the tone scale 0..1. */
export const SKIN_TONES: readonly HexColour[] = [
  '#f4d9c8',
  '#efcab4',
  '#e6b9a0',
  '#d5a88d',
  '#be947b',
  '#a57d66',
  '#8b6550',
  '#744e3c',
  '#5f3f30',
  '#4c3226',
];

/**
 * Colour of a skin tone.
 *
 * @param toneT 0 lightest .. 1 darkest
 * @param warmth below 0 cooler, above 0 more golden
 */
export function skinToneColour(toneT: number, warmth = 0): HexColour {
  const x = clamp(toneT, 0, 0.9999) * (SKIN_TONES.length - 1);
  const i = Math.floor(x);
  const [r, g, b] = toRgb(mixHex(SKIN_TONES[i] as HexColour, SKIN_TONES[i + 1] as HexColour, x - i));
  return toHex([r * (1 + 0.02 * warmth), g * (1 - 0.004 * warmth), b * (1 - 0.05 * warmth)]);
}

/**
 * Lip colour as a ratio of the skin colour.
 *
 * @param presentation 0 feminine .. 1 masculine; feminine lips are a little redder
 * @param redness 0..1, individual
 */
export function lipColour(tone: HexColour, presentation: number, redness: number): HexColour {
  const [r, g, b] = toRgb(tone);
  const feminine = 1 - presentation;
  const base: Rgb = [
    r * lerp(0.86, 0.92, 0.3 * feminine),
    g * lerp(0.6, 0.52, 0.4 * feminine),
    b * lerp(0.65, 0.6, 0.4 * feminine),
  ];
  return toHex([base[0] * lerp(1, 1.02, redness), base[1] * lerp(1, 0.9, redness), base[2] * lerp(1, 0.93, redness)]);
}
