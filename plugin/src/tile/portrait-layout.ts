/** Where things lie in a tile, in pixels. Pure. */

export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** Smaller tiles, in CSS pixels, give the medallion more of their room. */
const SMALL_TILE = 120;
/** Where the middle of the face lies in the portrait, 0..1. */
const FACE_CENTRE_Y = 0.5;
/** Portrait side over medallion diameter: the head fills the medallion. */
const MEDALLION_ZOOM = 1.12;
/** A tile may be this much taller than wide before the portrait stops growing with its height. */
const TALLEST = 1.25;

/** The round place of initials and of the face that forms. `pixelRatio`: device pixels per CSS pixel. */
export function medallion(width: number, height: number, pixelRatio: number): Circle {
  const shorter = Math.min(width, height);
  const share = shorter / pixelRatio < SMALL_TILE ? 0.74 : 0.56;
  return { x: width / 2, y: height / 2, radius: (share * shorter) / 2 };
}

/** The portrait while it forms: its face in the middle of the medallion. */
export function portraitInMedallion({ x, y, radius }: Circle): Square {
  const side = 2 * radius * MEDALLION_ZOOM;
  return { left: x - side / 2, top: y - FACE_CENTRE_Y * side, side };
}

/** The portrait that fills its tile: shoulders on the lower edge, as tall as the tile, cut at the sides if need be. */
export function portraitInTile(width: number, height: number): Square {
  const side = Math.min(height, TALLEST * width);
  return { left: (width - side) / 2, top: height - side, side };
}

/** From one square (t = 0) to another (t = 1). */
export function betweenSquares(from: Square, to: Square, t: number): Square {
  const mix = (a: number, b: number) => a + t * (b - a);
  return { left: mix(from.left, to.left), top: mix(from.top, to.top), side: mix(from.side, to.side) };
}

/** A rectangle with round corners. */
export interface Opening {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
}

/** What one sees the portrait through: from the medallion (t = 0) to the whole tile (t = 1). */
export function openingAt({ x, y, radius }: Circle, width: number, height: number, t: number): Opening {
  const mix = (a: number, b: number) => a + t * (b - a);
  return {
    left: mix(x - radius, 0),
    top: mix(y - radius, 0),
    width: mix(2 * radius, width),
    height: mix(2 * radius, height),
    radius: mix(radius, 0),
  };
}
