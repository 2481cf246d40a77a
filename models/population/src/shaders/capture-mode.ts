/**
 * What the shaders write. `portrait` is the picture; all others write two layers that hold no colour of the style:
 * the diffuse ratio D (shading times albedo over the part's colour) and the highlight H, in linear light.
 */
export const CAPTURE_MODE = {
  portrait: 0,
  /** D and H of the skin, the hair, a garment. */
  toneFree: 1,
  /** Hair over a scalp that shows its paint alone; the rest of the skin only hides what is behind it. */
  scalpPaint: 2,
  browPaint: 3,
  stubblePaint: 4,
  /** A portrait of the eyes without their catch-lights, which the puppet draws itself. */
  plainEyes: 5,
} as const;

export type CaptureMode = (typeof CAPTURE_MODE)[keyof typeof CAPTURE_MODE];

export const CAPTURE_MODE_DEFINES = Object.entries(CAPTURE_MODE)
  .map(([name, value]) => `#define MODE_${name.replace(/[A-Z]/g, '_$&').toUpperCase()} ${value}`)
  .join('\n');
