/** A puppet in a pose: expression weights, head turn and gaze to positions of everything that is drawn. Pure geometry. */
import { ModelError } from './errors.ts';
import { EXPRESSIONS, type ExpressionWeights } from './expressions.ts';
import { HairPoser } from './pose-hair.ts';
import { HeadTurn, pinLowerRim } from './pose-head-turn.ts';
import { blinkScale, closeLids } from './pose-lids.ts';
import { partLips } from './pose-mouth.ts';
import { type CatchLight, eyeDistance, type Quad, SpritePoser } from './pose-sprites.ts';
import { type Strip, StripPoser } from './pose-strips.ts';
import type { Puppet } from './puppet.ts';
import type { PuppetMesh } from './puppet-mesh.ts';

export interface Pose {
  readonly weights: ExpressionWeights;
  /** Radians; looks right up to about 0.12. Default: 0. */
  readonly yaw?: number;
  /** Radians; looks right up to about 0.08. Default: 0. */
  readonly pitch?: number;
  /** Shift of the eyeballs, frame units. Default: [0, 0]. */
  readonly gaze?: readonly [number, number];
}

/** All positions are frame units; all buffers are reused by the next pose. */
export interface PosedPuppet {
  /** vertexCount x 2. */
  readonly positions: Float32Array;
  /** vertexCount x 2: the same mesh where hair lies on it. */
  readonly hairPositions: Float32Array;
  readonly eyes: readonly [left: Quad, right: Quad];
  readonly upperTeeth: Quad;
  readonly lowerTeeth: Quad;
  readonly tongue: Quad;
  readonly catchLights: readonly CatchLight[];
  /** Middles of the eyeballs, looking straight: x, y of the left eye, x, y of the right one. */
  readonly eyeMiddles: Float32Array;
  readonly lidShadows: readonly [left: Strip, right: Strip];
  readonly lashes: readonly [left: Strip, right: Strip];
  readonly upperLipShadow: Strip;
  readonly lowerLipShadow: Strip;
  /** x, y of the polygon that the lips enclose. */
  readonly mouthRing: Float32Array;
  /** Distance between the eyes at rest: the measure of line widths. */
  readonly eyeDistance: number;
}

const BLINK = 0;

export class PuppetPoser {
  readonly #mesh: PuppetMesh;
  readonly #puppet: Puppet;
  readonly #points: Float32Array;
  readonly #blinkScales: { readonly left: number; readonly right: number };
  readonly #headTurn: HeadTurn;
  readonly #hair: HairPoser;
  readonly #sprites: SpritePoser;
  readonly #strips: StripPoser;
  readonly #ring: readonly number[];
  readonly #posed: PosedPuppet;

  /** Throws ModelError `bad-mesh` if mesh and puppet are not of one model. */
  constructor(mesh: PuppetMesh, puppet: Puppet) {
    const values = puppet.rest.length;
    if (values < 3 * mesh.vertexCount || puppet.deltas.some((delta) => delta.length !== values)) {
      throw ModelError.badMesh(`${mesh.vertexCount} vertices, the puppet has ${values / 3} points`);
    }
    if (puppet.deltas.length !== EXPRESSIONS.length) {
      throw ModelError.badInput(`the puppet has ${puppet.deltas.length} expressions instead of ${EXPRESSIONS.length}`);
    }
    const { lids, mouth } = mesh;
    const unit = eyeDistance(mesh, puppet.rest);
    this.#mesh = mesh;
    this.#puppet = puppet;
    this.#points = new Float32Array(values);
    this.#blinkScales = { left: blinkScale(puppet, lids.left), right: blinkScale(puppet, lids.right) };
    this.#headTurn = new HeadTurn(mesh, puppet.rest);
    this.#hair = new HairPoser(mesh, puppet.rest, this.#headTurn);
    this.#sprites = new SpritePoser(mesh, puppet.rest);
    this.#strips = new StripPoser(mesh, unit);
    this.#ring = [mouth.corners[0], ...mouth.upper, mouth.corners[1], ...mouth.lower.toReversed()];
    const { eyes, upperTeeth, lowerTeeth, tongue, catchLights, eyeMiddles } = this.#sprites;
    const { lidShadows, lashes, upperLipShadow, lowerLipShadow } = this.#strips;
    this.#posed = {
      positions: new Float32Array(2 * mesh.vertexCount),
      hairPositions: this.#hair.positions,
      ...{ eyes, upperTeeth, lowerTeeth, tongue, catchLights, eyeMiddles },
      ...{ lidShadows, lashes, upperLipShadow, lowerLipShadow },
      mouthRing: new Float32Array(2 * this.#ring.length),
      eyeDistance: unit,
    };
  }

  pose({ weights, yaw = 0, pitch = 0, gaze = [0, 0] }: Pose): PosedPuppet {
    const points = this.#points;
    const mesh = this.#mesh;
    points.set(this.#puppet.rest);
    for (const [index, expression] of EXPRESSIONS.entries()) this.#express(index, weights[expression] ?? 0);
    closeLids(points, mesh.lids.left, weights.blink ?? 0);
    closeLids(points, mesh.lids.right, weights.blink ?? 0);
    partLips(points, mesh.mouth);
    this.#headTurn.apply(points, yaw, pitch);
    pinLowerRim(points, mesh);
    this.#sprites.pose(points, gaze);
    this.#strips.pose(points);
    this.#hair.pose(yaw, pitch);
    this.#flatten();
    return this.#posed;
  }

  #express(index: number, weight: number): void {
    if (weight === 0) return;
    const delta = this.#puppet.deltas[index]!;
    const points = this.#points;
    if (index !== BLINK) {
      for (let value = 0; value < points.length; value += 1) points[value]! += weight * delta[value]!;
      return;
    }
    // Lids only: the eyeballs' landmarks stay. The left eye is on the viewer's right.
    const { left, right } = this.#blinkScales;
    const { rest } = this.#puppet;
    for (let vertex = 0; vertex < this.#mesh.vertexCount; vertex += 1) {
      const scaled = weight * (rest[3 * vertex]! > 0.5 ? left : right);
      for (let axis = 0; axis < 3; axis += 1) points[3 * vertex + axis]! += scaled * delta[3 * vertex + axis]!;
    }
  }

  #flatten(): void {
    const { positions, mouthRing } = this.#posed;
    for (let vertex = 0; vertex < this.#mesh.vertexCount; vertex += 1) {
      positions[2 * vertex] = this.#points[3 * vertex]!;
      positions[2 * vertex + 1] = this.#points[3 * vertex + 1]!;
    }
    for (const [place, vertex] of this.#ring.entries()) {
      mouthRing[2 * place] = positions[2 * vertex]!;
      mouthRing[2 * place + 1] = positions[2 * vertex + 1]!;
    }
  }
}
