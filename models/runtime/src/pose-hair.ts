/** Where the mesh lies for hair: hair follows the shape of the head and its turn, but not its expressions. */
import { type HeadTurn, pinLowerRim } from './pose-head-turn.ts';
import type { PuppetMesh } from './puppet-mesh.ts';

/**
 * At the rim of the face neighbouring vertices belong to cheek, ear and background, and part ways on a narrow face; a
 * hairline across them would come out in saw-teeth. So hair hangs on offsets from the average head that are smoothed.
 */
const SMOOTHINGS = 8;
const SHARE_OF_NEIGHBOURS = 0.6;

/** Neighbours of vertex v: `ids` from `starts[v]` to `starts[v + 1]`. */
interface Neighbours {
  readonly starts: Uint32Array;
  readonly ids: Uint16Array;
}

/** The mesh is one for all puppets. */
const neighboursOf = new WeakMap<PuppetMesh, Neighbours>();

function findNeighbours(mesh: PuppetMesh): Neighbours {
  const known = neighboursOf.get(mesh);
  if (known) return known;
  const sets = Array.from({ length: mesh.vertexCount }, () => new Set<number>());
  const { triangles } = mesh;
  for (let corner = 0; corner < triangles.length; corner += 1) {
    const next = corner % 3 === 2 ? corner - 2 : corner + 1;
    sets[triangles[corner]!]!.add(triangles[next]!);
    sets[triangles[next]!]!.add(triangles[corner]!);
  }
  const starts = new Uint32Array(mesh.vertexCount + 1);
  for (const [vertex, set] of sets.entries()) starts[vertex + 1] = starts[vertex]! + set.size;
  const found = { starts, ids: Uint16Array.from(sets.flatMap((set) => [...set])) };
  neighboursOf.set(mesh, found);
  return found;
}

/** n x 3 points at rest to the same with smoothed offsets of the mesh's vertices from the layout, x and y. */
function smoothed(mesh: PuppetMesh, rest: Float32Array): Float32Array {
  const { starts, ids } = findNeighbours(mesh);
  const { layout, vertexCount } = mesh;
  let offsets = Float32Array.from(layout, (place, index) => rest[3 * (index >> 1) + (index & 1)]! - place);
  for (let round = 0; round < SMOOTHINGS; round += 1) {
    const before = offsets;
    offsets = before.slice();
    for (let vertex = 0; vertex < vertexCount; vertex += 1) {
      const [first, end] = [starts[vertex]!, starts[vertex + 1]!];
      if (first === end) continue;
      for (const axis of [0, 1]) {
        let sum = 0;
        for (let entry = first; entry < end; entry += 1) sum += before[2 * ids[entry]! + axis]!;
        const mean = sum / (end - first);
        offsets[2 * vertex + axis]! += SHARE_OF_NEIGHBOURS * (mean - before[2 * vertex + axis]!);
      }
    }
  }
  const points = rest.slice();
  for (let vertex = 0; vertex < vertexCount; vertex += 1) {
    points[3 * vertex] = layout[2 * vertex]! + offsets[2 * vertex]!;
    points[3 * vertex + 1] = layout[2 * vertex + 1]! + offsets[2 * vertex + 1]!;
  }
  return points;
}

export class HairPoser {
  /** vertexCount x 2, frame units. */
  readonly positions: Float32Array;
  readonly #mesh: PuppetMesh;
  readonly #headTurn: HeadTurn;
  readonly #rest: Float32Array;
  readonly #points: Float32Array;

  /** `rest`: n x 3, the mesh's vertices first; `headTurn` of the same puppet. */
  constructor(mesh: PuppetMesh, rest: Float32Array, headTurn: HeadTurn) {
    this.#mesh = mesh;
    this.#headTurn = headTurn;
    this.#rest = smoothed(mesh, rest);
    this.#points = this.#rest.slice();
    this.positions = new Float32Array(2 * mesh.vertexCount);
  }

  pose(yaw: number, pitch: number): void {
    const points = this.#points;
    points.set(this.#rest);
    this.#headTurn.apply(points, yaw, pitch);
    pinLowerRim(points, this.#mesh);
    for (let vertex = 0; vertex < this.#mesh.vertexCount; vertex += 1) {
      this.positions[2 * vertex] = points[3 * vertex]!;
      this.positions[2 * vertex + 1] = points[3 * vertex + 1]!;
    }
  }
}
