/** The one mesh that all puppets share: where each vertex lies in the textures, and which vertices form lids and mouth. */
import { ModelError } from './errors.ts';
import { JsonReader } from './json-reader.ts';

/** Parts below the skin's holes, each placed by four landmarks: its left, right, top and bottom points in the picture. */
export const LANDMARK_GROUPS = ['eyeL', 'eyeR', 'teethU', 'teethD', 'tongue'] as const;
export type LandmarkGroup = (typeof LANDMARK_GROUPS)[number];
export const LANDMARKS_PER_GROUP = 4;

/** The rim of an eye or of the mouth: two corners and, between them, an upper and a lower chain of vertices. */
export interface Rim {
  readonly corners: readonly [number, number];
  readonly upper: readonly number[];
  readonly lower: readonly number[];
}

/** A sprite's rectangle in units of its landmarks' box: 0,0 is the box's left top, 1,1 its right bottom. */
export type SpriteBox = readonly [left: number, top: number, right: number, bottom: number];

export interface PuppetMesh {
  readonly vertexCount: number;
  /** Vertices below are inside the face. */
  readonly faceCount: number;
  /** Vertices below follow the head; the rest is the grid around it (hair, shoulders, frame). */
  readonly knownCount: number;
  /** vertexCount x 2, 0..1 of the aligned texture. */
  readonly uv: Float32Array;
  /** vertexCount x 2, frame units of the average head: the layout from which head turns are computed. */
  readonly layout: Float32Array;
  /** Three vertex ids a triangle, in painter's order: far ones first. */
  readonly triangles: Uint16Array;
  readonly lids: { readonly left: Rim; readonly right: Rim };
  readonly mouth: Rim;
  readonly boxes: Readonly<Record<LandmarkGroup, SpriteBox>>;
}

/** Reads models/layers/puppet-mesh.json (already parsed as JSON). Throws ModelError `bad-mesh`. */
export function parsePuppetMesh(json: unknown): PuppetMesh {
  const mesh = new JsonReader(json, ModelError.badMesh);
  const vertexCount = mesh.count('vertexCount', 3);
  const triangles = mesh.numbers('triangles');
  checkIds('triangles', triangles, vertexCount);
  if (triangles.length % 3 !== 0) throw ModelError.badMesh('triangles must be threes');
  const landmarks = mesh.object('landmarks');
  if (landmarks.count('first') !== vertexCount || landmarks.strings('groups').join() !== LANDMARK_GROUPS.join()) {
    throw ModelError.badMesh(`landmarks must be ${LANDMARK_GROUPS.join(', ')}, right after the vertices`);
  }
  const lids = mesh.object('lids');
  const boxes = mesh.object('spriteBoxes');
  const box = (group: LandmarkGroup) => boxes.numbers(group, 4) as unknown as SpriteBox;
  return {
    vertexCount,
    faceCount: mesh.count('faceCount'),
    knownCount: mesh.count('knownCount'),
    uv: Float32Array.from(mesh.numbers('uv', 2 * vertexCount)),
    layout: Float32Array.from(mesh.numbers('canonical', 2 * vertexCount)),
    triangles: Uint16Array.from(triangles),
    lids: { left: parseRim(lids.object('left'), vertexCount), right: parseRim(lids.object('right'), vertexCount) },
    mouth: parseRim(mesh.object('mouth'), vertexCount),
    boxes: {
      eyeL: box('eyeL'),
      eyeR: box('eyeR'),
      teethU: box('teethU'),
      teethD: box('teethD'),
      tongue: box('tongue'),
    },
  };
}

function parseRim(rim: JsonReader, vertexCount: number): Rim {
  const corners = rim.numbers('corners', 2);
  const upper = rim.numbers('upper');
  const lower = rim.numbers('lower');
  checkIds('a rim', [...corners, ...upper, ...lower], vertexCount);
  if (upper.length === 0 || lower.length === 0) throw ModelError.badMesh('a rim has an empty chain');
  return { corners: [corners[0]!, corners[1]!], upper, lower };
}

function checkIds(what: string, ids: readonly number[], vertexCount: number): void {
  const bad = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vertexCount);
  if (bad !== undefined) throw ModelError.badMesh(`${what} names vertex ${bad} of ${vertexCount}`);
}
