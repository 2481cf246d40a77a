/**
 * Colour of the portraits, in linear light. The Pixi shader of the tile has the same formula; whoever changes one changes
 * both.
 *
 *     shown = saturate(tonemap(0.74 * lift * (colour * D * s^(0.85, 1, 1.05) + highlightGain * H * s))^(1/2.2), 1.06)
 *
 * D is shading x albedo over the skin tone (diffuse ratio), H the highlight, s the shadow that hair and collar cast.
 */
import { TONES } from './style.ts';

export type LinearColour = readonly [red: number, green: number, blue: number];

/** What 255 stands for in the encoded diffuse ratio and highlight. */
export const DIFFUSE_RANGE = 3;
export const HIGHLIGHT_RANGE = 0.8;
const DISPLAY_GAMMA = 2.2;
const EXPOSURE = 0.74;
const SATURATION = 1.06;
/** From here on the tone map bends towards white. */
const SHOULDER = 0.52;

/** `#rrggbb` (sRGB) to linear light, 0..1. */
export function linearColour(hex: string): LinearColour {
  const channel = (start: number) => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** Linear light to the nearest `#rrggbb` (sRGB). */
export function hexColour(colour: LinearColour): string {
  const channel = (light: number) => {
    const value = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
    return Math.round(255 * clamp01(value))
      .toString(16)
      .padStart(2, '0');
  };
  return `#${colour.map(channel).join('')}`;
}

export function mixColours(a: LinearColour, b: LinearColour, t: number): LinearColour {
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])];
}

/** The palette's skin tone at 0 (lightest) to 1 (darkest), slightly warm, in linear light. */
export function skinTone(tone: number): LinearColour {
  const position = clamp01(tone) * (TONES.length - 1);
  const index = Math.min(TONES.length - 2, Math.floor(position));
  const warmth = [1.006, 0.9988, 0.985];
  const channel = (start: number, warm: number) => {
    const from = Number.parseInt(TONES[index]!.slice(start, start + 2), 16);
    const to = Number.parseInt(TONES[index + 1]!.slice(start, start + 2), 16);
    const value = Math.round(Math.min(255, (from + (position - index) * (to - from)) * warm));
    return value.toString(16).padStart(2, '0');
  };
  return linearColour(`#${channel(1, warmth[0]!)}${channel(3, warmth[1]!)}${channel(5, warmth[2]!)}`);
}

/** Exposure that a skin tone needs: dark skin is lit up a little so that the face keeps its relief. */
export function toneLift(tone: number): number {
  return (0.93 + 0.07 * clamp01(tone / 0.25)) * (1 + 0.42 * clamp01((tone - 0.3) / 0.7));
}

/** Highlight gain of a skin tone, relative to the tone at which the highlights were rendered. */
export function toneGloss(tone: number): number {
  return (1 + 0.4 * clamp01(tone)) / 1.14;
}

export function decodeDiffuse(encoded: number): number {
  return DIFFUSE_RANGE * encoded ** DISPLAY_GAMMA;
}

export function decodeHighlight(encoded: number): number {
  return HIGHLIGHT_RANGE * encoded ** DISPLAY_GAMMA;
}

/** Display gamma by table of the square root, whose steps are finer where the curve is steep. */
const GAMMA_STEPS = 4096;
const GAMMA = Float32Array.from({ length: GAMMA_STEPS + 1 }, (_, step) => (step / GAMMA_STEPS) ** (2 / DISPLAY_GAMMA));

/** Linear light (already lifted) to display values 0..1, written to `out`. */
export function toDisplay(red: number, green: number, blue: number, out: Float32Array): void {
  const r = EXPOSURE * red;
  const g = EXPOSURE * green;
  const b = EXPOSURE * blue;
  const peak = Math.max(r, g, b, 1e-4);
  const mapped =
    peak < SHOULDER ? peak : SHOULDER + (1 - SHOULDER) * (1 - Math.exp(-(peak - SHOULDER) / (1 - SHOULDER)));
  const whiten = 0.6 * smoothstep(0.8, 2.4, peak);
  const scale = (mapped / peak) * (1 - whiten);
  const white = whiten * mapped;
  const shownRed = gamma(r * scale + white);
  const shownGreen = gamma(g * scale + white);
  const shownBlue = gamma(b * scale + white);
  const grey = 0.3 * shownRed + 0.59 * shownGreen + 0.11 * shownBlue;
  out[0] = clamp01(grey + SATURATION * (shownRed - grey));
  out[1] = clamp01(grey + SATURATION * (shownGreen - grey));
  out[2] = clamp01(grey + SATURATION * (shownBlue - grey));
}

function gamma(light: number): number {
  return GAMMA[Math.round(GAMMA_STEPS * Math.sqrt(clamp01(light)))]!;
}

export function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}

export function smoothstep(from: number, to: number, value: number): number {
  const t = clamp01((value - from) / (to - from));
  return t * t * (3 - 2 * t);
}
