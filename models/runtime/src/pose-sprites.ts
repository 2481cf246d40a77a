/** What lies in the skin's holes: eyeballs, teeth and tongue as rectangles, catch-lights as points. */
import { smoothstep } from './colour.ts';
import { mouthHeights } from './pose-mouth.ts';
import {
  LANDMARK_GROUPS,
  LANDMARKS_PER_GROUP,
  type LandmarkGroup,
  type PuppetMesh,
  type Rim,
  type SpriteBox,
} from './puppet-mesh.ts';

/** Four corners, x and y each: left top, right top, right bottom, left bottom. Frame units. */
export type Quad = Float32Array;

/** Centre and diameter, frame units; opacity 0..1. */
export interface CatchLight {
  x: number;
  y: number;
  diameter: number;
  readonly opacity: number;
}

/** Catch-lights of an eye, in widths of the eyeball from its centre: the large one up left, a faint one down right. */
const CATCH_LIGHTS = [
  { x: -0.085, y: -0.065, diameter: 0.135, opacity: 0.95 },
  { x: 0.085, y: 0.085, diameter: 0.085, opacity: 0.35 },
] as const;

/** All below in distances between the eyes, so that it suits small and large faces. */
const UPPER_TEETH_SHOWN = 0.055;
const LOWER_TEETH_DEPTH = 0.075;
const LOWER_TEETH_GAP = 0.01;
const TONGUE_DEPTH = 0.05;
/** Lip openings between which teeth and tongue move to their places. */
const OPENING = { from: 0.015, to: 0.13 };

/**
 * Where an eyeball's middle may lie, in its widths from the middle of the open lids. Decoded eyeballs of unusual faces stray
 * further, and look rolled up or aside.
 */
const EYEBALL_REACH = { aside: 0.06, up: 0.12, down: 0.04 };

export interface LandmarkBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The rectangle of a group's landmarks in n x 3 points. */
export function landmarkBox(mesh: PuppetMesh, points: Float32Array, group: LandmarkGroup): LandmarkBox {
  const first = mesh.vertexCount + LANDMARK_GROUPS.indexOf(group) * LANDMARKS_PER_GROUP;
  return {
    left: points[3 * first]!,
    right: points[3 * (first + 1)]!,
    top: points[3 * (first + 2) + 1]!,
    bottom: points[3 * (first + 3) + 1]!,
  };
}

/** Distance between the middles of the eyes, frame units. */
export function eyeDistance(mesh: PuppetMesh, points: Float32Array): number {
  const left = landmarkBox(mesh, points, 'eyeL');
  const right = landmarkBox(mesh, points, 'eyeR');
  return Math.abs(left.left + left.right - right.left - right.right) / 2;
}

/** What brings an eyeball back under its lids, x and y in frame units; mostly nothing. */
function eyeballCorrection(mesh: PuppetMesh, rest: Float32Array, group: LandmarkGroup, rim: Rim): [number, number] {
  const box = landmarkBox(mesh, rest, group);
  const width = box.right - box.left;
  const middle = (chain: readonly number[]) => rest[3 * chain[chain.length >> 1]! + 1]!;
  const lidsX = (rest[3 * rim.corners[0]]! + rest[3 * rim.corners[1]]!) / 2;
  const lidsY = (middle(rim.upper) + middle(rim.lower)) / 2;
  const dx = (box.left + box.right) / 2 - lidsX;
  const dy = (box.top + box.bottom) / 2 - lidsY;
  const { aside, up, down } = EYEBALL_REACH;
  return [
    Math.min(aside * width, Math.max(-aside * width, dx)) - dx,
    Math.min(down * width, Math.max(-up * width, dy)) - dy,
  ];
}

/**
 * Where glasses lie, given the middles of the eyes (`PosedPuppet.eyeMiddles`) and their box in distances between the eyes:
 * they turn and tilt with the head, and neither blink nor gaze moves them.
 */
export function glassesQuad(eyeMiddles: Float32Array, box: SpriteBox, quad: Quad = new Float32Array(8)): Quad {
  const [leftX, leftY, rightX, rightY] = eyeMiddles as unknown as readonly [number, number, number, number];
  const middleX = (leftX + rightX) / 2;
  const middleY = (leftY + rightY) / 2;
  // The left eye is on the viewer's right.
  const alongX = leftX - rightX;
  const alongY = leftY - rightY;
  const [left, top, right, bottom] = box;
  const corners = [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ] as const;
  for (const [index, [u, v]] of corners.entries()) {
    quad[2 * index] = middleX + u * alongX - v * alongY;
    quad[2 * index + 1] = middleY + u * alongY + v * alongX;
  }
  return quad;
}

export class SpritePoser {
  readonly eyes: readonly [Quad, Quad] = [new Float32Array(8), new Float32Array(8)];
  readonly upperTeeth: Quad = new Float32Array(8);
  readonly lowerTeeth: Quad = new Float32Array(8);
  readonly tongue: Quad = new Float32Array(8);
  /** Middles of the eyeballs, looking straight: x, y of the left eye, x, y of the right one. */
  readonly eyeMiddles = new Float32Array(4);
  readonly catchLights: readonly CatchLight[] = [...CATCH_LIGHTS, ...CATCH_LIGHTS].map((light) => ({ ...light }));
  readonly #mesh: PuppetMesh;
  readonly #eyeDistance: number;
  readonly #corrections: readonly [readonly [number, number], readonly [number, number]];

  constructor(mesh: PuppetMesh, rest: Float32Array) {
    this.#mesh = mesh;
    this.#eyeDistance = eyeDistance(mesh, rest);
    this.#corrections = [
      eyeballCorrection(mesh, rest, 'eyeL', mesh.lids.left),
      eyeballCorrection(mesh, rest, 'eyeR', mesh.lids.right),
    ];
  }

  /** `gaze`: shift of the eyeballs, frame units. */
  pose(points: Float32Array, gaze: readonly [number, number]): void {
    for (const [index, group] of (['eyeL', 'eyeR'] as const).entries()) {
      const [x, y] = this.#corrections[index]!;
      const shift = [gaze[0] + x, gaze[1] + y] as const;
      this.#place(this.eyes[index]!, points, group, shift[0], shift[1]);
      const box = landmarkBox(this.#mesh, points, group);
      this.eyeMiddles.set([(box.left + box.right) / 2 + x, (box.top + box.bottom) / 2 + y], 2 * index);
      this.#light(index, box, shift);
    }
    this.#poseMouth(points);
  }

  /** Upper incisors peep out under the upper lip; the lower teeth sink as the mouth opens. */
  #poseMouth(points: Float32Array): void {
    const unit = this.#eyeDistance;
    const lips = mouthHeights(points, this.#mesh.mouth);
    const open = (lips.lower - lips.upper) / unit;
    const wide = smoothstep(OPENING.from, OPENING.to, open);
    const upperBottom = landmarkBox(this.#mesh, points, 'teethU').bottom;
    const lowerTop = landmarkBox(this.#mesh, points, 'teethD').top;
    const shown = unit * Math.min(UPPER_TEETH_SHOWN, 0.7 * Math.max(0, open));
    const sunk = lips.lower - unit * (LOWER_TEETH_DEPTH * wide + LOWER_TEETH_GAP);
    this.#place(this.upperTeeth, points, 'teethU', 0, lips.upper + shown - upperBottom);
    this.#place(this.lowerTeeth, points, 'teethD', 0, Math.max(0, sunk - lowerTop));
    this.#place(this.tongue, points, 'tongue', 0, unit * TONGUE_DEPTH * wide);
  }

  #place(quad: Quad, points: Float32Array, group: LandmarkGroup, dx: number, dy: number): void {
    const box = landmarkBox(this.#mesh, points, group);
    const [left, top, right, bottom] = this.#mesh.boxes[group];
    const width = box.right - box.left;
    const height = box.bottom - box.top;
    const x0 = box.left + left * width + dx;
    const x1 = box.left + right * width + dx;
    const y0 = box.top + top * height + dy;
    const y1 = box.top + bottom * height + dy;
    quad.set([x0, y0, x1, y0, x1, y1, x0, y1]);
  }

  #light(eye: number, box: LandmarkBox, shift: readonly [number, number]): void {
    const width = box.right - box.left;
    for (const [index, light] of CATCH_LIGHTS.entries()) {
      const placed = this.catchLights[eye * CATCH_LIGHTS.length + index]!;
      placed.x = (box.left + box.right) / 2 + shift[0] + light.x * width;
      placed.y = (box.top + box.bottom) / 2 + shift[1] + light.y * width;
      placed.diameter = light.diameter * width;
    }
  }
}
