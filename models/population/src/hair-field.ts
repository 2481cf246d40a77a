import { nearestPointDistance, valueNoise } from './hair-noise.ts';
import type { Curtain, HairStyle } from './hair-styles.ts';
import type { Hairline } from './hairlines.ts';
import { clamp, clamp01, lerp, smoothMin, smoothstep } from './interpolation.ts';
import { SKULL_CENTRE, type SkullMap } from './skull-map.ts';

/** Signed distance to the hair's surface at a point of the canonical head, decimetres; below 0 inside. */
export type HairField = (x: number, y: number, z: number) => number;

const DEGREES = 57.29578;
/** How deep under the skull the cap's base lies, so that it never shows a gap. */
const ROOT_DEPTH = 0.035;

/** A point and what the parts of the field all need to know of it. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** From the skull's centre: offset, unit direction, distance. */
  readonly dz: number;
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly distance: number;
  readonly skullRadius: number;
  /** Degrees from the front, 0..180. */
  readonly azimuth: number;
  /** x relative to the parting. */
  readonly fromParting: number;
  /** Random value of the lock here, -0.5..0.5. */
  readonly lockNoise: number;
  readonly lockCoordinate: number;
}

/** Height of the hairline at an azimuth, half straight and half eased between its points, and its slope. */
function hairlineAt(line: Hairline, azimuth: number): [y: number, slope: number] {
  let i = 0;
  while (i < line.length - 2 && azimuth > line[i + 1][0]) i++;
  const [a0, y0] = line[i];
  const [a1, y1] = line[i + 1];
  const t = (azimuth - a0) / (a1 - a0);
  const eased = t * t * (3 - 2 * t);
  return [lerp(y0, y1, 0.5 * t + 0.5 * eased), (y1 - y0) / ((a1 - a0) * 0.0125)];
}

/** Coordinate across the strands, about decimetres: it is constant along a strand. */
export function strandCoordinate(style: HairStyle, x: number, y: number, z: number): number {
  const wobble = 0.05 * Math.sin(2.3 * x + 1.7 * y) + 0.04 * Math.sin(3.1 * z - 2.2 * y + 1.9 * x);
  const fromParting = x - (style.parting ?? 0);
  const aside = Math.sqrt(fromParting ** 2 + 0.002);
  switch (style.flow) {
    case 'part':
      return Math.atan2(z - 0.38, aside + 0.28) * 1.05 + wobble;
    case 'back':
      return Math.abs(Math.atan2(x, y - 7.35 + 0.35 * (z - 0.4))) * 0.95 + wobble;
    case 'sweep': {
      const overForehead = 0.28 * x * smoothstep(7.6, 8.1, y) * smoothstep(-0.4, 0.3, z);
      return Math.atan2(z - 0.38, aside + 0.4) * 1.05 - overForehead + wobble;
    }
    case 'wrap':
      return (y + 0.66 * Math.sqrt(x * x + 0.004) - 0.1 * z) * 0.9 + wobble * 0.5;
    case 'drape':
      return Math.atan2(Math.abs(x), z - 0.34 + 0.25 * (y - 7)) * 0.95 - 0.28 * y + wobble;
    case 'crown':
      return Math.atan2(Math.abs(x), z - 0.05 + 0.12 * y - 0.9) * 0.95 + wobble;
  }
}

/** The strand coordinate with the sideways waves of a wavy style. */
export function wavyStrandCoordinate(style: HairStyle, x: number, y: number, z: number): number {
  const coordinate = strandCoordinate(style, x, y, z);
  if (!style.waviness) return coordinate;
  return coordinate + style.waviness * Math.sin(y * 8.5 + 1.5 * Math.sin(x * 2 + z * 2));
}

/** Signed height over the hairline, roughly at a right angle to it. */
function aboveHairline(style: HairStyle, recession: number, place: Place): number {
  const { y, azimuth, fromParting, lockNoise, lockCoordinate } = place;
  let [lineY, slope] = hairlineAt(style.hairline, azimuth);
  // The fringe falls to the person's right of the parting.
  const left = style.hairlineLeft ? smoothstep(-0.32, 0.26, fromParting) : 0;
  if (style.hairlineLeft && left > 0) {
    const other = hairlineAt(style.hairlineLeft, azimuth);
    lineY = lerp(lineY, other[0], left);
    slope = lerp(slope, other[1], left);
  }
  const temples = 0.1 * Math.exp(-(((azimuth - 32) / 16) ** 2));
  lineY += recession * (0.22 + 0.1 * recession + temples) * (1 - smoothstep(52, 68, azimuth));
  const ragged = 0.15 * lockNoise + 0.05 * (valueNoise(lockCoordinate * 2.7 + 9, y, place.x) - 0.5);
  lineY -= ragged * (1 - 0.5 * (style.softness ?? 0)) * (1 - smoothstep(58, 72, azimuth));
  const height = (y - lineY) / Math.sqrt(1 + slope * slope * 0.7);
  if (!style.bald) return height;
  return Math.min(height, (7.98 - y) * 0.8 + 0.14 * smoothstep(90, 150, azimuth), (azimuth - 66) * 0.013);
}

/** The cap: its distance, and how much it is full hair (0 at the rim .. 1). */
function capDistance(style: HairStyle, recession: number, place: Place): { distance: number; body: number } {
  const { y, nx, ny, nz, dz, fromParting, lockNoise } = place;
  const { side, top, back, front } = style.thickness;
  const softness = style.softness ?? 0;
  const onTop = smoothstep(0.1, 0.75, ny);
  const inFront = smoothstep(0.15, 0.85, nz) * smoothstep(0.1, 0.5, ny);
  let thickness = lerp(lerp(side, back, smoothstep(0.15, 0.9, -nz)), top, onTop) + front * inFront;
  if (style.tilt) thickness += style.tilt * onTop * smoothstep(-0.2, 0.6, -nx) * smoothstep(-0.3, 0.5, nz);
  thickness *= (1 - 0.35 * recession * onTop) * (1 + 0.55 * lockNoise * (softness ? 0.5 : 1));

  const height = aboveHairline(style, recession, place);
  const q = clamp01(height / style.rim);
  const rise = lerp(Math.sqrt(Math.max(0, 1 - (1 - q) * (1 - q))), q * (1.6 - 0.6 * q), softness);
  const over = height < 0 ? clamp(height, -0.4, 0) * 0.9 : (thickness + ROOT_DEPTH) * rise;
  let distance = place.distance - (place.skullRadius - ROOT_DEPTH + over);
  let body = rise;
  if (style.parting !== undefined && y > 7.5) body *= 1 - 0.85 * Math.exp((-fromParting * fromParting) / 0.012);
  if (style.flow === 'part') {
    const groove = Math.exp(-((fromParting * fromParting) / 0.024));
    distance += 0.035 * groove * onTop * smoothstep(-0.5, 0.1, dz) * (1 - 0.7 * smoothstep(0.45, 0.85, nz));
  }
  return { distance, body };
}

function curtainDistance(curtain: Curtain, { x, y, z, lockNoise }: Place): number {
  const middleZ = 0.34;
  const top = 7.85;
  const { hem, wave } = curtain;
  const radial = Math.hypot(x, (z - middleZ) * (z > middleZ ? 1 : 1.04));
  const azimuth = Math.atan2(Math.abs(x), z - middleZ) * DEGREES;
  const down = clamp01((top - y) / (top - hem)); // 0 at the top, 1 at the hem

  let radius = lerp(0.8, curtain.radius, smoothstep(0, 0.42, (down * (top - hem)) / 1.3));
  radius += (curtain.flare ?? 0) * down + (curtain.curl ?? 0) * smoothstep(0.6, 1, down) * 0.8;
  if (wave) {
    const phase = y * wave.frequency + 1.2 * Math.sin(azimuth * 0.03 + x);
    radius += wave.depth * Math.sin(phase) * smoothstep(0.25, 0.5, down);
  }
  const profile =
    smoothstep(-0.02, 0.25, down) * (0.55 + 0.45 * smoothstep(0, 0.35, down)) * (1 - 0.55 * smoothstep(0.72, 1, down));
  const thickness = Math.max(curtain.thickness * profile, 0.02);
  if (curtain.closed) return cowlDistance(curtain, x, y, z, radius);
  const edgeWave = wave ? 4 * Math.sin(y * wave.frequency) : 0;
  const opening = lerp(curtain.opening[0], curtain.opening[1], smoothstep(0.15, 0.75, down)) + edgeWave;

  const rounding = thickness * 0.48;
  const across = Math.abs(radial - (radius - thickness / 2)) - thickness / 2 + rounding;
  const around = (opening - azimuth) * 0.01745 * radial + rounding;
  const along = Math.max(y - top - 0.1, hem + 0.3 * lockNoise - y) + rounding;
  const outside = Math.sqrt(Math.max(across, 0) ** 2 + Math.max(around, 0) ** 2 + Math.max(along, 0) ** 2);
  return outside + Math.min(Math.max(across, around, along), 0) - rounding;
}

/** A scarf's sheet: round the cheeks, shut under the chin, spreading over the shoulders. */
function cowlDistance(curtain: Curtain, x: number, y: number, z: number, cheekRadius: number): number {
  const below = smoothstep(6.35, 5.5, y);
  const middleZ = lerp(0.34, 0.22, below);
  const radial = Math.hypot(x * lerp(1, 0.86, below), z - middleZ);
  const azimuth = Math.atan2(Math.abs(x), z - middleZ) * DEGREES;
  const radius = lerp(cheekRadius, 0.98, smoothstep(6.5, 6, y)) + 0.3 * smoothstep(6.05, 5.3, y);
  const cheek = lerp(curtain.opening[0], curtain.opening[1], smoothstep(7.4, 6.8, y));
  const opening = lerp(cheek, -20, smoothstep(6.98, 6.3, y));
  const thickness = curtain.thickness;
  const rounding = thickness * 0.48;
  const across = Math.abs(radial - (radius - thickness / 2)) - thickness / 2 + rounding;
  const around = (opening - azimuth) * 0.01745 * radial + rounding;
  const along = Math.max(y - 7.95, curtain.hem + 0.12 * Math.cos(2.4 * x) - y) + rounding;
  const outside = Math.sqrt(Math.max(across, 0) ** 2 + Math.max(around, 0) ** 2 + Math.max(along, 0) ** 2);
  return outside + Math.min(Math.max(across, around, along), 0) - rounding;
}

/** Two plaits from behind the ears to the chest: two lobes that cross each other. */
function plaitsDistance(x: number, y: number, z: number): number {
  const down = clamp01((7.05 - y) / 1.75);
  const nearY = clamp(y, 5.3, 7.05);
  const phase = nearY * 8.2;
  const centreX = 0.72 + 0.16 * Math.sin(down * 2.2);
  const centreZ = 0.2 + 0.72 * smoothstep(0, 0.85, down);
  const size = 0.125 * (1 - 0.3 * down) * (0.75 + 0.25 * smoothstep(0, 0.12, down));
  const side = Math.abs(x);
  const lobe = (turn: number) => {
    const shift = 0.075 * (1 - 0.3 * down) * Math.sin(phase + turn);
    const depth = 0.05 * Math.cos(phase + turn);
    return Math.hypot(side - centreX - shift, (y - nearY) * 0.8, z - centreZ - depth) - size;
  };
  return smoothMin(lobe(0), lobe(Math.PI), 0.02);
}

function tailDistance(distance: number, { x, y, z }: Place): number {
  const nearY = clamp(y, 5.6, 8.15);
  const down = (8.15 - nearY) / 2.55;
  const centreX = 0.3 * Math.sin(down * 2.6) + 0.18 * down;
  const centreZ = -0.72 - 0.22 * Math.sin(down * 3);
  const radius = 0.05 + 0.24 * Math.sin(Math.min(1, down * 1.25 + 0.22) * 2.55);
  const tail = Math.hypot(x - centreX, (y - nearY) * 0.9, z - centreZ) - radius;
  const tie = Math.hypot(x, y - 8.1, z + 0.45) - 0.2;
  return smoothMin(smoothMin(distance, tail, 0.06), tie, 0.08);
}

/** Grooves between locks, curls and grain, added near the surface only. */
function surfaceDetail(style: HairStyle, { x, y, z }: Place, body: number): number {
  let detail = 0;
  const { depth, density, round } = style.locks;
  if (depth > 0) {
    const strand = wavyStrandCoordinate(style, x, y, z);
    const groove = (u: number) => {
      const v = Math.abs(Math.sin(Math.PI * u));
      return round ? 1 - Math.sqrt(v) : (1 - v) ** 2.2;
    };
    const fine = round ? 0 : 0.55 * groove(strand * density * 2.3 + 0.37);
    const knot = style.plaited ? 0.02 * Math.abs(Math.sin(y * 12 + Math.floor(strand * density) * 1.9)) - 0.01 : 0;
    const cord = round ? (style.plaited ? -knot : 0.01 * Math.sin(y * 34 + strand * 60)) : 0;
    detail += body * depth * (groove(strand * density) + fine - 0.35) + cord;
  }
  if (style.curls) {
    const { depth: curlDepth, size } = style.curls;
    const twist = valueNoise(x * 2.2, y * 2.2, z * 2.2) * 1.2;
    const bump = nearestPointDistance(x / size + twist, (y / size) * 0.8, z / size + twist * 0.7) - 0.55;
    detail += curlDepth * bump * clamp01(body * 1.5);
  } else if (!style.cropped) {
    detail += 0.012 * (valueNoise(x * 5, y * 3, z * 5) - 0.5) * body;
  }
  return detail;
}

/**
 * The hair of a style as a signed distance field on the canonical head.
 *
 * @param recession receding hairline, 0 none .. 0.67
 */
export function hairField(style: HairStyle, recession: number, skull: SkullMap): HairField {
  const { depth, density } = style.locks;
  return (x, y, z) => {
    const [dx, dy, dz] = [x - SKULL_CENTRE[0], y - SKULL_CENTRE[1], z - SKULL_CENTRE[2]];
    const centreDistance = Math.hypot(dx, dy, dz) || 1e-6;
    const lockCoordinate = depth ? strandCoordinate(style, x, y, z) * density : 0;
    const place: Place = {
      x,
      y,
      z,
      dz,
      lockCoordinate,
      distance: centreDistance,
      nx: dx / centreDistance,
      ny: dy / centreDistance,
      nz: dz / centreDistance,
      skullRadius: skull.radius(dx, dy, dz, centreDistance),
      azimuth: Math.atan2(Math.abs(x), dz) * DEGREES,
      fromParting: style.parting !== undefined ? x - style.parting : x,
      lockNoise: depth ? valueNoise(lockCoordinate, y * 0.8 + 3.3, x * 0.8) - 0.5 : 0,
    };
    let { distance, body } = capDistance(style, recession, place);
    if (style.curtain) {
      const curtain = curtainDistance(style.curtain, place);
      distance = smoothMin(distance, curtain, style.fabric ? 0.2 : 0.16);
      if (curtain < 0.02 && y < 7.6) body = 1;
    }
    if (style.bun) {
      const [bunX, bunY, bunZ, radius] = style.bun;
      distance = smoothMin(distance, Math.hypot(x - bunX, (y - bunY) * 1.08, z - bunZ) - radius, 0.06);
    }
    for (const [ballX, ballY, ballZ, radius] of style.balls ?? []) {
      distance = smoothMin(distance, Math.hypot(x - ballX, y - ballY, z - ballZ) - radius, 0.05);
    }
    if (style.tail) distance = tailDistance(distance, place);
    if (style.plaits) distance = smoothMin(distance, plaitsDistance(x, y, z), 0.05);
    return distance < 0.35 ? distance + surfaceDetail(style, place, body) : distance;
  };
}
