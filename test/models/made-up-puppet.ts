/** The shared mesh as it is shipped, with a puppet made by formula: a flat average head whose lids and lips can move. */
import { readFileSync } from 'node:fs';
import {
  EXPRESSIONS,
  type Expression,
  LANDMARK_GROUPS,
  type LandmarkGroup,
  type Puppet,
  type PuppetMesh,
  parsePuppetMesh,
  type Rim,
} from '@timbre/models';

export const layersFolder = new URL('../../models/layers/', import.meta.url);

export const mesh: PuppetMesh = parsePuppetMesh(
  JSON.parse(readFileSync(new URL('puppet-mesh.json', layersFolder), 'utf8')),
);

/** Texels of the made-up skin: the right half of its texture covers everything. */
const TEXTURE_SIZE = 8;

/** Mean height of a rim's chain in the layout, frame units. */
function heightOf(chain: readonly number[]): number {
  return chain.reduce((sum, vertex) => sum + mesh.layout[2 * vertex + 1]!, 0) / chain.length;
}

function boxes(): Record<LandmarkGroup, readonly [number, number, number, number]> {
  const eye = (rim: Rim) => {
    const xs = rim.corners.map((vertex) => mesh.layout[2 * vertex]!);
    const middle = (heightOf(rim.upper) + heightOf(rim.lower)) / 2;
    const left = Math.min(...xs);
    const right = Math.max(...xs);
    return [left, middle - (right - left) / 2, right, middle + (right - left) / 2] as const;
  };
  const mouth = heightOf(mesh.mouth.upper);
  return {
    eyeL: eye(mesh.lids.left),
    eyeR: eye(mesh.lids.right),
    teethU: [0.45, mouth - 0.02, 0.55, mouth],
    teethD: [0.45, mouth + 0.005, 0.55, mouth + 0.025],
    tongue: [0.46, mouth, 0.54, mouth + 0.03],
  };
}

/** `blinkReach`: how much of the way between the lids the decoded blink goes; real ones fall short or overshoot. */
export function madeUpPuppet({ blinkReach = 0.8 } = {}): Puppet {
  const points = mesh.vertexCount + 4 * LANDMARK_GROUPS.length;
  const rest = new Float32Array(3 * points);
  for (let vertex = 0; vertex < mesh.vertexCount; vertex += 1) {
    rest.set([mesh.layout[2 * vertex]!, mesh.layout[2 * vertex + 1]!, 0.2], 3 * vertex);
  }
  for (const [group, [left, top, right, bottom]] of Object.values(boxes()).entries()) {
    const middle = [(left + right) / 2, (top + bottom) / 2] as const;
    const marks = [left, middle[1], 0.2, right, middle[1], 0.2, middle[0], top, 0.2, middle[0], bottom, 0.2];
    rest.set(marks, 3 * (mesh.vertexCount + 4 * group));
  }
  const deltas = EXPRESSIONS.map(() => new Float32Array(rest.length));
  const move = (expression: Expression, chain: readonly number[], dy: (vertex: number) => number) => {
    const delta = deltas[EXPRESSIONS.indexOf(expression)]!;
    for (const vertex of chain) delta[3 * vertex + 1]! += dy(vertex);
  };
  for (const rim of [mesh.lids.left, mesh.lids.right]) {
    const lower = heightOf(rim.lower);
    move('blink', rim.upper, (vertex) => blinkReach * (lower - mesh.layout[2 * vertex + 1]!));
  }
  const lips = heightOf([...mesh.mouth.upper, ...mesh.mouth.lower]);
  // The middle of a smiling upper lip lies below the lips' mean height, but it is no part of the jaw.
  const jaw = Array.from({ length: mesh.faceCount }, (_, vertex) => vertex).filter(
    (vertex) =>
      mesh.mouth.lower.includes(vertex) ||
      (mesh.layout[2 * vertex + 1]! > lips + 0.01 && !mesh.mouth.upper.includes(vertex)),
  );
  move('jawOpen', jaw, (vertex) => 0.06 * Math.max(0, 1 - Math.abs(mesh.layout[2 * vertex]! - 0.5) / 0.12));
  // A viseme that would push the lips through one another.
  move('mm', mesh.mouth.lower, () => -0.02);
  const skin = new Uint8Array(2 * TEXTURE_SIZE * TEXTURE_SIZE * 4).fill(255);
  for (let texel = 0; texel < skin.length / 4; texel += 1) {
    const right = texel % (2 * TEXTURE_SIZE) >= TEXTURE_SIZE;
    skin.set(right ? [0, 255, 0, 255] : [155, 155, 155, 255], 4 * texel);
  }
  return { rest, deltas, skin, textureSize: TEXTURE_SIZE };
}
