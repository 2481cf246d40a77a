/** Base vertices in the middle of the lid margins and in the corners of the eye, on one side. */
interface LidVertices {
  readonly side: 'left' | 'right';
  readonly upper: readonly number[];
  readonly lower: readonly number[];
  readonly corners: readonly [number, number];
}

/** Ids in the pack's base mesh, from the eye rings of its `landmarks.json`. */
const LIDS: readonly LidVertices[] = [
  { side: 'left', upper: [2997, 2943], lower: [2984, 2990], corners: [3009, 2964] },
  { side: 'right', upper: [0, 54], lower: [47, 41], corners: [21, 66] },
];

/** Height over width of an eye below which it looks tired or stern, and how much of what is missing stays missing. */
const FRIENDLY_OPENING = 0.46;
const KEPT = 0.35;
/** Furthest that the unit `eye-*-opened-up` goes without pulling the fold over the brow. */
const LARGEST_UNIT = 1.3;

function meanHeight(positions: Float32Array, ids: readonly number[]): number {
  return ids.reduce((sum, id) => sum + (positions[id * 3 + 1] ?? 0), 0) / ids.length;
}

/** Height over width of an eye. */
export function eyeOpening(positions: Float32Array, { upper, lower, corners: [a, b] }: LidVertices): number {
  const at = (id: number, axis: number) => positions[id * 3 + axis] ?? 0;
  const width = Math.hypot(at(a, 0) - at(b, 0), at(a, 1) - at(b, 1));
  return (meanHeight(positions, upper) - meanHeight(positions, lower)) / width;
}

/**
 * How far to raise the upper lids so that nobody's eyes are nearly shut at rest: scan shapes, age and presentation add
 * up to hooded eyes in some people, who then look stern.
 *
 * @param raised the same head with both units `eye-*-opened-up` at 1
 * @returns weight of the units, 0 for eyes that are open
 */
export function lidRaise(positions: Float32Array, raised: Float32Array): number {
  let opening = 0;
  let gain = 0;
  for (const lids of LIDS) {
    const now = eyeOpening(positions, lids);
    opening += now / LIDS.length;
    gain += (eyeOpening(raised, lids) - now) / LIDS.length;
  }
  const missing = (FRIENDLY_OPENING - opening) * (1 - KEPT);
  if (missing <= 0 || gain < 1e-4) return 0;
  return Math.min(LARGEST_UNIT, missing / gain);
}
