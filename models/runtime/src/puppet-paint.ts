/** Colours of what is painted rather than decoded: shadows, lashes, mouth, catch-lights. Shared by rasteriser and tile. */

/** One stop of a gradient: position 0..1, colour in display space 0..255, opacity 0..1. */
export interface GradientStop {
  readonly at: number;
  readonly colour: readonly [red: number, green: number, blue: number];
  readonly opacity: number;
}

/** Across a shadow strip, from the lid's or lip's edge (0) outwards (1). */
export const SHADOW_GRADIENT: readonly GradientStop[] = [
  { at: 0, colour: [40, 18, 14], opacity: 0.62 },
  { at: 0.45, colour: [40, 18, 14], opacity: 0.22 },
  { at: 1, colour: [40, 18, 14], opacity: 0 },
];
/** Across a lash strip, from the tips (0) to the lid's edge (1). */
export const LASH_GRADIENT: readonly GradientStop[] = [
  { at: 0, colour: [20, 10, 8], opacity: 0 },
  { at: 0.5, colour: [20, 10, 8], opacity: 0.6 },
  { at: 0.8, colour: [20, 10, 8], opacity: 1 },
  { at: 1, colour: [20, 10, 8], opacity: 0.4 },
];
/** From a catch-light's centre (0) to its rim (1). */
export const CATCH_LIGHT_GRADIENT: readonly GradientStop[] = [
  { at: 0, colour: [255, 252, 246], opacity: 0.95 },
  { at: 0.62, colour: [255, 252, 246], opacity: 0.9 },
  { at: 1, colour: [255, 252, 246], opacity: 0 },
];

/** The inside of the mouth, display space 0..255. */
export const MOUTH_COLOUR = [42, 12, 10] as const;
/** What sprites are multiplied with: the lower teeth lie in shade. */
export const UPPER_TEETH_TINT = [250, 244, 238] as const;
export const LOWER_TEETH_TINT = [200, 186, 178] as const;
export const TONGUE_TINT = [224, 192, 192] as const;

/** How long and dark lashes are, 0..1: the same for everybody, a style has no say. */
export const LASH_STRENGTH = 0.72;
export const LASH_OPACITY = 0.35 + 0.6 * LASH_STRENGTH;
export const LOWER_LIP_SHADOW_OPACITY = 0.6;

/** The background's radial gradient, frame units: its centre, and where the inner and the outer colour are reached. */
export const BACKGROUND_GRADIENT = { x: 0.42, y: 0.38, innerRadius: 0.05, outerRadius: 0.85 } as const;

/** Colour and opacity of a gradient at 0..1. */
export function gradientAt(stops: readonly GradientStop[], at: number): GradientStop {
  const next = stops.findIndex((stop) => stop.at >= at);
  if (next <= 0) return stops[next === 0 ? 0 : stops.length - 1]!;
  const from = stops[next - 1]!;
  const to = stops[next]!;
  const t = (at - from.at) / (to.at - from.at);
  const mix = (a: number, b: number) => a + t * (b - a);
  return {
    at,
    colour: [mix(from.colour[0], to.colour[0]), mix(from.colour[1], to.colour[1]), mix(from.colour[2], to.colour[2])],
    opacity: mix(from.opacity, to.opacity),
  };
}
