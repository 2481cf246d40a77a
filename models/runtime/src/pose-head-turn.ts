/** A few degrees of head turn from the depth of the vertices, without folds at the cheeks. */
import { clamp01, smoothstep } from './colour.ts';
import type { PuppetMesh } from './puppet-mesh.ts';

/** The head turns about this point of the frame: the base of the neck. */
const PIVOT = { x: 0.5, y: 0.85 };
/** Half the width of the average head, frame units. */
const HEAD_HALF_WIDTH = 0.215;
/** A smooth head for everything outside the face: z = EDGE + BULGE (1 - u^2), u from -1 to 1 across the head. */
const EDGE_DEPTH = 0.09;
const BULGE_DEPTH = 0.19;
/** Size grows by this much per frame unit nearer to the viewer. */
const PERSPECTIVE = 0.35;

export class HeadTurn {
  /** How far each point follows the head: 1 on the head, 0 at the shoulders and at the frame. */
  readonly #follow: Float32Array;
  /** How far a point's own depth counts, against the smooth head's: real depth only inside the face. */
  readonly #ownDepth: Float32Array;
  readonly #smoothDepth: Float32Array;

  /** `rest`: n x 3; points beyond the mesh's vertices are landmarks and turn with the face. */
  constructor(mesh: PuppetMesh, rest: Float32Array) {
    const points = rest.length / 3;
    this.#follow = new Float32Array(points);
    this.#ownDepth = new Float32Array(points);
    this.#smoothDepth = new Float32Array(points);
    for (let point = 0; point < points; point += 1) {
      const landmark = point >= mesh.vertexCount;
      const insideFace = landmark || point < mesh.faceCount;
      const x = landmark ? rest[3 * point]! : mesh.layout[2 * point]!;
      const y = landmark ? 0 : mesh.layout[2 * point + 1]!; // landmarks turn with the face, at whatever height
      const across = (x - PIVOT.x) / HEAD_HALF_WIDTH;
      const below = insideFace ? 0 : smoothstep(0.8, 0.97, y);
      const outwards = landmark ? 0 : smoothstep(0.44, 0.5, Math.abs(x - PIVOT.x));
      this.#follow[point] = (1 - below) * (1 - outwards);
      const vertical = landmark ? 1 : smoothstep(0.22, 0.34, y) * (1 - smoothstep(0.74, 0.82, y));
      this.#ownDepth[point] = insideFace ? (1 - smoothstep(0.5, 0.85, Math.abs(across))) * vertical : 0;
      this.#smoothDepth[point] = EDGE_DEPTH + BULGE_DEPTH * clamp01(1 - across * across);
    }
  }

  /** Turns n x 3 points in place; radians, yaw to the viewer's right, pitch upwards. */
  apply(points: Float32Array, yaw: number, pitch: number): void {
    if (yaw === 0 && pitch === 0) return;
    const sinYaw = Math.sin(yaw);
    const cosYaw = Math.cos(yaw);
    const sinPitch = Math.sin(pitch);
    const cosPitch = Math.cos(pitch);
    for (let point = 0; point < this.#follow.length; point += 1) {
      const follow = this.#follow[point]!;
      if (follow <= 0) continue;
      const x = points[3 * point]! - PIVOT.x;
      const y = points[3 * point + 1]! - PIVOT.y;
      const smooth = this.#smoothDepth[point]!;
      const z = smooth + this.#ownDepth[point]! * (points[3 * point + 2]! - smooth);
      const turnedZ = z * cosYaw - x * sinYaw;
      const scale = 1 + (turnedZ - z) * PERSPECTIVE;
      points[3 * point] = PIVOT.x + x + follow * ((x * cosYaw + z * sinYaw) * scale - x);
      points[3 * point + 1] = PIVOT.y + y + follow * ((y * cosPitch - turnedZ * sinPitch) * scale - y);
    }
  }
}

/** Keeps the frame filled: vertices of the lower rim stay at or beyond the frame's edges. n x 3 points, in place. */
export function pinLowerRim(points: Float32Array, mesh: PuppetMesh): void {
  for (let vertex = mesh.knownCount; vertex < mesh.vertexCount; vertex += 1) {
    const x = mesh.layout[2 * vertex]!;
    const y = mesh.layout[2 * vertex + 1]!;
    if (y > 0.9999) points[3 * vertex + 1] = Math.max(points[3 * vertex + 1]!, 1);
    if (y > 0.8 && x < 1e-4) points[3 * vertex] = Math.min(points[3 * vertex]!, 0);
    if (y > 0.8 && x > 0.9999) points[3 * vertex] = Math.max(points[3 * vertex]!, 1);
  }
}
