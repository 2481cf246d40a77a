import { HairBinding } from './hair-binding.ts';
import { type HairField, hairField, strandCoordinate, wavyStrandCoordinate } from './hair-field.ts';
import type { HairStyle } from './hair-styles.ts';
import { clamp, clamp01, lerp, smoothstep } from './interpolation.ts';
import { MeshPart, vertexNormals } from './mesh-part.ts';
import { SKULL_CENTRE, type SkullMap } from './skull-map.ts';
import { alignStrands } from './strand-orientation.ts';
import { type QuadSurface, sampleField, surfaceNets } from './surface-nets.ts';

/** The head on which all hair is made: positions, normals of the refined skin, coarse positions, controls. */
export interface CanonicalHead {
  readonly coarse: Float32Array;
  readonly positions: Float32Array;
  readonly normals: Float32Array;
  readonly skull: SkullMap;
  readonly controls: Int32Array;
}

/** What a hair style does to the skin, per refined skin vertex. */
export interface HairOnSkin {
  /** 0 dark .. 1 free. */
  readonly occlusion: Float32Array;
  /** Strength of the scalp paint, 0..1. */
  readonly paint: Float32Array;
  /** 1 where the skin is so deep under the hair that it needs no drawing. */
  readonly hidden: Uint8Array;
}

/** A hair style as a mesh that fits every head. */
export interface HairMesh {
  /** Unique name of style and recession. */
  readonly key: string;
  readonly part: MeshPart;
  readonly binding: HairBinding;
  /** Direction of the strands, root to tip, and 1; four per vertex. */
  readonly tangents: Float32Array;
  readonly occlusion: Float32Array;
  /** 0 straight .. 1 curly, for the highlights. */
  readonly curliness: number;
  /** Cords per unit of the strand coordinate, 0 for loose hair; and whether they are plaited. */
  readonly cordDensity: number;
  readonly plaited: boolean;
  /** Cloth: folds without strands. */
  readonly fabric: boolean;
  readonly onSkin: HairOnSkin;
}

const GRID_STEP = 0.05;
/** For small curls. */
const FINE_GRID_STEP = 0.042;
const TAIL_TIP_Y = 5.6;

function hasSmallCurls(style: HairStyle): boolean {
  return style.curls !== undefined && style.curls.size < 0.12;
}

function meshField(style: HairStyle, field: HairField): QuadSurface {
  const hangs = style.curtain || style.tail || style.plaits;
  const bottom = hangs ? Math.min(5.1, (style.curtain?.hem ?? 5.5) - 0.15) : 6.3;
  const step = hasSmallCurls(style) || style.plaited || style.plaits ? FINE_GRID_STEP : GRID_STEP;
  const surface = surfaceNets(sampleField(field, [-1.55, bottom, -1.35], [1.55, 9.15, 1.95], step));
  projectOnto(field, surface.positions);
  relax(surface);
  return surface;
}

/** One Newton step towards the surface, bounded, as the field is no true distance. */
function projectOnto(field: HairField, positions: Float32Array): void {
  const step = 0.02;
  for (let i = 0; i < positions.length; i += 3) {
    const [x, y, z] = positions.subarray(i, i + 3);
    const here = field(x, y, z);
    const gradient = [
      (field(x + step, y, z) - here) / step,
      (field(x, y + step, z) - here) / step,
      (field(x, y, z + step) - here) / step,
    ];
    const squared = Math.max(0.3, gradient[0] ** 2 + gradient[1] ** 2 + gradient[2] ** 2);
    const move = clamp(here / squared, -0.04, 0.04);
    for (let d = 0; d < 3; d++) positions[i + d] -= gradient[d] * move;
  }
}

/** Moves every vertex a third of the way to the mean of its neighbours. */
function relax({ positions, quads }: QuadSurface): void {
  const count = new Float32Array(positions.length / 3);
  const sum = new Float32Array(positions.length);
  for (let corner = 0; corner < quads.length; corner++) {
    const a = quads[corner];
    const b = quads[corner % 4 === 3 ? corner - 3 : corner + 1];
    for (let d = 0; d < 3; d++) {
      sum[a * 3 + d] += positions[b * 3 + d];
      sum[b * 3 + d] += positions[a * 3 + d];
    }
    count[a]++;
    count[b]++;
  }
  for (let i = 0; i < positions.length; i++) {
    const neighbours = count[Math.floor(i / 3)];
    if (neighbours) positions[i] = lerp(positions[i], sum[i] / neighbours, 0.35);
  }
}

/** A direction that tells root from tip. */
function towardsTip(style: HairStyle, x: number, z: number): readonly [number, number, number] {
  if (style.flow === 'back') return [0, clamp((z - 0.3) * 1.6, -0.6, 1.4), -1];
  if (style.flow === 'crown') return [x, -0.6, z + 0.1];
  return [Math.sign(x - (style.parting ?? 0)) * 0.8, -1, -0.2];
}

/**
 * Unit direction of the strand at a surface point, at right angles to the normal and to the strands' gradient, up to its
 * sign; and how far it points to the tip.
 */
function strandTangent(
  style: HairStyle,
  p: Float32Array,
  n: Float32Array,
): [x: number, y: number, z: number, towardsTip: number] {
  const step = 0.02;
  const [x, y, z] = p;
  const here = strandCoordinate(style, x, y, z);
  const gx = (strandCoordinate(style, x + step, y, z) - here) / step;
  const gy = (strandCoordinate(style, x, y + step, z) - here) / step;
  const gz = (strandCoordinate(style, x, y, z + step) - here) / step;
  const [tx, ty, tz] = [n[1] * gz - n[2] * gy, n[2] * gx - n[0] * gz, n[0] * gy - n[1] * gx];
  const length = Math.hypot(tx, ty, tz) || 1;
  const tip = towardsTip(style, x, z);
  return [tx / length, ty / length, tz / length, (tx * tip[0] + ty * tip[1] + tz * tip[2]) / length];
}

type Probe = readonly [distance: number, weight: number];
const HAIR_PROBES: readonly Probe[] = [
  [0.06, 0.4],
  [0.14, 0.35],
  [0.3, 0.3],
];
const SKIN_PROBES: readonly Probe[] = [
  [0.07, 0.3],
  [0.16, 0.3],
  [0.32, 0.28],
];

/** How much of the way along the normal is blocked, by the distance found at each probe. */
function blocked(distanceAt: HairField, p: Float32Array, n: Float32Array, probes: readonly Probe[]): number {
  let sum = 0;
  for (const [t, weight] of probes) {
    const distance = distanceAt(p[0] + n[0] * t, p[1] + n[1] * t, p[2] + n[2] * t);
    sum += weight * clamp01((t - distance) / t);
  }
  return sum;
}

function hairOcclusion(style: HairStyle, blockers: HairField, p: Float32Array, n: Float32Array): number {
  const open = clamp(1 - blocked(blockers, p, n, HAIR_PROBES) * 0.95, 0.12, 1);
  if (style.parting === undefined || p[1] <= 7.7) return open;
  const partingLine = Math.exp(-((p[0] - style.parting) ** 2) / 0.004);
  return open * (1 - 0.5 * partingLine * smoothstep(-0.5, -0.2, p[2]) * (1 - 0.6 * smoothstep(1.15, 1.35, p[2])));
}

function hairOnSkin(field: HairField, head: CanonicalHead): HairOnSkin {
  const count = head.positions.length / 3;
  const occlusion = new Float32Array(count).fill(1);
  const paint = new Float32Array(count);
  const hidden = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const p = head.positions.subarray(i * 3, i * 3 + 3);
    if (p[1] < 5.4 || Math.abs(p[0]) > 1.6) continue;
    const distance = field(p[0], p[1], p[2]);
    paint[i] = 1 - smoothstep(-0.02, 0.05, distance);
    hidden[i] = distance < -0.05 ? 1 : 0;
    occlusion[i] = 1 - blocked(field, p, head.normals.subarray(i * 3, i * 3 + 3), SKIN_PROBES);
  }
  return { occlusion, paint, hidden };
}

/** Builds the mesh of a style: 10,000 to 20,000 vertices in 0.3 to 1.5 s. */
export function buildHairMesh(key: string, style: HairStyle, recession: number, head: CanonicalHead): HairMesh {
  const field = hairField(style, recession, head.skull);
  const { positions, quads } = meshField(style, field);
  const count = positions.length / 3;
  const normals = vertexNormals(positions, quads);
  const uvs = new Float32Array(count * 2);
  const occlusion = new Float32Array(count);
  const tangents = new Float32Array(count * 4).fill(1);
  const pointing = new Float32Array(count);
  const tipY = style.curtain ? style.curtain.hem : style.tail ? TAIL_TIP_Y : 7;
  const skullDistance: HairField = (x, y, z) => {
    const [dx, dy, dz] = [x - SKULL_CENTRE[0], y - SKULL_CENTRE[1], z - SKULL_CENTRE[2]];
    const length = Math.hypot(dx, dy, dz) || 1e-6;
    const neck = Math.max(Math.hypot(x, z - 0.35) - 0.5, y - 7.2);
    return Math.min(length - head.skull.radius(dx, dy, dz, length), neck);
  };
  const blockers: HairField = (x, y, z) => Math.min(field(x, y, z), skullDistance(x, y, z) + 0.05);
  for (let i = 0; i < count; i++) {
    const p = positions.subarray(i * 3, i * 3 + 3);
    const n = normals.subarray(i * 3, i * 3 + 3);
    uvs[i * 2] = wavyStrandCoordinate(style, p[0], p[1], p[2]);
    uvs[i * 2 + 1] = clamp01((8.2 - p[1]) / (8.2 - tipY));
    const [tx, ty, tz, tip] = strandTangent(style, p, n);
    tangents.set([tx, ty, tz], i * 4);
    pointing[i] = tip;
    occlusion[i] = hairOcclusion(style, blockers, p, n);
  }
  alignStrands(tangents, quads, pointing);
  return {
    key,
    part: new MeshPart({ vertexCount: count, quads, uvQuads: quads, uvs }),
    binding: new HairBinding(positions, head.coarse, head.controls),
    tangents,
    occlusion,
    cordDensity: style.locks.round ? style.locks.density : 0,
    plaited: style.plaited === true,
    fabric: style.fabric === true,
    curliness: style.curls ? 1 : style.locks.round ? 0.5 : 0,
    onSkin: hairOnSkin(field, head),
  };
}
