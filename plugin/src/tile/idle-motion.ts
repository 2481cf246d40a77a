/** What a face does while it does nothing: blinks, breathes, sways a little, looks about. Pure in time and seed. */
import { noiseAt } from './seeded-noise.ts';

export interface IdleMotion {
  /** 0 open to 1 closed. */
  readonly blink: number;
  /** Head turn, radians; at most 4 degrees to either side. */
  readonly yaw: number;
  /** Head nod, radians; at most 1.5 degrees. */
  readonly pitch: number;
  /** Displacement of the irises, frame units (0..1 of the portrait). */
  readonly gaze: readonly [x: number, y: number];
  /** -1 breathed out to 1 breathed in. */
  readonly breath: number;
}

/** A face that keeps still, eyes open. */
export const STILL: IdleMotion = { blink: 0, yaw: 0, pitch: 0, gaze: [0, 0], breath: 0 };

// One blink in each slot of 4 s, somewhere in its first half: intervals lie between 2 and 6 s, 4 s on average,
// as in conversation (Bentivoglio et al. 1997: 26 a minute when talking, 17 at rest).
const BLINK_SLOT_MS = 4000;
const BLINK_SPREAD_MS = 2000;
/** Lids fall faster than they rise. */
export const BLINK_CLOSING_MS = 70;
export const BLINK_OPENING_MS = 150;

const GAZE_SLOT_MS = 1900;
const GAZE_SPREAD_MS = 1300;
const SACCADE_MS = 45;
const GAZE_REACH_X = 0.0042;
const GAZE_REACH_Y = 0.0022;

const DEGREE = Math.PI / 180;
const BREATH_PERIOD_MS = 4200;

/** `timeMs`: any clock that goes on evenly. `seed`: 32 bits; two seeds move apart. */
export function idleMotion(timeMs: number, seed: number): IdleMotion {
  const phase = (index: number) => 2 * Math.PI * noiseAt(seed, 1000 + index);
  const wave = (periodMs: number, index: number) => Math.sin((2 * Math.PI * timeMs) / periodMs + phase(index));
  return {
    blink: blinkAt(timeMs, seed),
    yaw: 4 * DEGREE * (0.6 * wave(7300, 0) + 0.4 * wave(3100, 1)),
    pitch: 1.5 * DEGREE * (0.65 * wave(5900, 2) + 0.35 * wave(2700, 3)),
    gaze: gazeAt(timeMs, seed),
    breath: wave(BREATH_PERIOD_MS, 4),
  };
}

function blinkAt(timeMs: number, seed: number): number {
  const slot = Math.floor(timeMs / BLINK_SLOT_MS);
  const start = slot * BLINK_SLOT_MS + BLINK_SPREAD_MS * noiseAt(seed, slot);
  const since = timeMs - start;
  if (since <= 0 || since >= BLINK_CLOSING_MS + BLINK_OPENING_MS) return 0;
  if (since < BLINK_CLOSING_MS) return ease(since / BLINK_CLOSING_MS);
  return 1 - ease((since - BLINK_CLOSING_MS) / BLINK_OPENING_MS);
}

/** Fixations with quick saccades between; every other one rests on the viewer. */
function gazeAt(timeMs: number, seed: number): [number, number] {
  const slot = Math.floor(timeMs / GAZE_SLOT_MS);
  const start = slot * GAZE_SLOT_MS + GAZE_SPREAD_MS * noiseAt(seed, 50_000 + slot);
  const t = ease(Math.min(1, Math.max(0, (timeMs - start) / SACCADE_MS)));
  const [fromX, fromY] = fixation(slot - 1, seed);
  const [toX, toY] = fixation(slot, seed);
  return [fromX + t * (toX - fromX), fromY + t * (toY - fromY)];
}

function fixation(slot: number, seed: number): [number, number] {
  if (slot % 2 === 0) return [0, 0];
  const x = 2 * noiseAt(seed, 90_000 + 2 * slot) - 1;
  const y = 2 * noiseAt(seed, 90_001 + 2 * slot) - 1;
  return [GAZE_REACH_X * x, GAZE_REACH_Y * y];
}

/** Smoothstep. */
function ease(t: number): number {
  return t * t * (3 - 2 * t);
}
