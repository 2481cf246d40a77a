import { smoothstep as step } from './interpolation.ts';

/** Cover 0..1 of a beard at a point of the rest head, and its length relative to the longest place. */
export interface BeardCover {
  readonly cover: number;
  readonly length: number;
}

const NONE: BeardCover = { cover: 0, length: 0 };

/**
 * Where a beard grows, as a product of soft edges on the rest head.
 *
 * @param x distance from the middle, decimetres (the beard is symmetric)
 * @param kind `full`, `goatee`, `moustache`, or `stubble`: a full beard's place with wide edges
 */
export function beardField(x: number, y: number, z: number, kind: string): BeardCover {
  if (z < 0.1 || y > 7.25 || y < 5.7) return NONE;
  const soft = kind === 'stubble' ? 2.4 : 1;
  const lips = 1 - step(0.85, 1.1, Math.hypot(x / 0.285, (y - 6.595) / 0.105)); // the lips stay free
  const cheekTop = 6.5 + 0.1 * step(0.25, 0.42, x) + 0.62 * step(0.56, 0.74, x);
  const neckEdge = y + 0.1 * step(0.9, 0.4, z) - 0.16 * step(1.15, 0.6, z) * step(0.5, 0.1, x);
  const cheek =
    (1 - step(cheekTop - 0.07 * soft, cheekTop + 0.07 * soft, y)) *
    step(6.11 - 0.09 * soft, 6.11 + 0.09 * soft, neckEdge) *
    step(0.36, 0.6, z + 0.2 * step(6.4, 6.9, y));
  const moustache =
    step(6.665, 6.715, y + 0.02 * x) *
    (1 - step(6.8, 6.88, y + 0.25 * x)) *
    (1 - step(0.26, 0.36, x)) *
    step(1.15, 1.3, z);
  const besideMouth =
    step(6.45, 6.52, y) * (1 - step(6.7, 6.76, y)) * step(0.25, 0.3, x) * (1 - step(0.36, 0.44, x)) * step(1, 1.2, z);
  const chin =
    (1 - step(0.22, 0.4, x)) * (1 - step(6.4, 6.47, y - 0.25 * x)) * step(5.95, 6.12, y) * step(0.8, 1.05, z);
  const besideEar = z < 0.62 ? step(0.5, 0.62, z + 0.25 * (1 - step(6.6, 6.72, y))) : 1;
  const sideburn = (1 - step(7 - 0.14 * soft, 7 + 0.1 * soft, y)) * (1 - step(0.68, 0.75, x) * step(6.5, 6.6, y));
  let area = Math.max(cheek, moustache, besideMouth);
  if (kind === 'moustache') area = moustache;
  else if (kind === 'goatee') area = Math.max(moustache, besideMouth * 0.9, chin);
  return {
    cover: area * (1 - lips) * besideEar * sideburn,
    length: 0.35 + 0.65 * step(6.55, 6.2, y) * step(0.7, 1.1, z) + 0.25 * moustache,
  };
}
