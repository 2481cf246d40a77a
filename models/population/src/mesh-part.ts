import { applyStencils, type QuadMesh, type Stencils, subdivide } from './subdivision.ts';

/** What the GPU draws: a vertex for every pair of mesh vertex and texture coordinate. */
export interface RenderVertices {
  /** Mesh vertex of each render vertex. */
  readonly vertexOf: Uint32Array;
  readonly uvs: Float32Array;
  readonly triangles: Uint32Array;
}

function splitByUv({ quads, uvQuads, uvs }: QuadMesh): RenderVertices {
  const ids = new Map<number, number>();
  const vertexOf: number[] = [];
  const uvOf: number[] = [];
  const triangles: number[] = [];
  const idOf = (vertex: number, uv: number) => {
    const key = vertex * 1048576 + uv;
    let id = ids.get(key);
    if (id === undefined) {
      id = vertexOf.length;
      ids.set(key, id);
      vertexOf.push(vertex);
      uvOf.push(uv);
    }
    return id;
  };
  for (let corner = 0; corner < quads.length; corner += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((k) => idOf(quads[corner + k], uvQuads[corner + k]));
    triangles.push(a, b, c);
    if (quads[corner + 3] !== quads[corner + 2]) triangles.push(a, c, d);
  }
  return {
    vertexOf: Uint32Array.from(vertexOf),
    uvs: Float32Array.from(uvOf.flatMap((uv) => [uvs[uv * 2], uvs[uv * 2 + 1]])),
    triangles: Uint32Array.from(triangles),
  };
}

/** Unit normals per vertex, weighted by face area. */
export function vertexNormals(positions: Float32Array, quads: ArrayLike<number>): Float32Array {
  const normals = new Float32Array(positions.length);
  for (let corner = 0; corner < quads.length; corner += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((k) => quads[corner + k] * 3);
    const ux = positions[c] - positions[a];
    const uy = positions[c + 1] - positions[a + 1];
    const uz = positions[c + 2] - positions[a + 2];
    // Cross product of the two diagonals; in a triangle (c = d) the second one is the side from b to c.
    const vx = positions[d] - positions[b];
    const vy = positions[d + 1] - positions[b + 1];
    const vz = positions[d + 2] - positions[b + 2];
    for (const i of c === d ? [a, b, c] : [a, b, c, d]) {
      normals[i] += uy * vz - uz * vy;
      normals[i + 1] += uz * vx - ux * vz;
      normals[i + 2] += ux * vy - uy * vx;
    }
  }
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i], normals[i + 1], normals[i + 2]) || 1;
    normals[i] /= length;
    normals[i + 1] /= length;
    normals[i + 2] /= length;
  }
  return normals;
}

/** A drawable part made from coarse quads, refined `levels` times. */
export class MeshPart {
  readonly levels: readonly Stencils[];
  readonly quads: Uint16Array | Uint32Array;
  readonly vertexCount: number;
  readonly render: RenderVertices;

  constructor(coarse: QuadMesh, levels = 0) {
    const stencils: Stencils[] = [];
    let mesh = coarse;
    for (let level = 0; level < levels; level++) {
      const refined = subdivide(mesh);
      stencils.push(refined.stencils);
      mesh = refined.mesh;
    }
    this.levels = stencils;
    this.quads = mesh.quads;
    this.vertexCount = mesh.vertexCount;
    this.render = splitByUv(mesh);
  }

  /**
   * Coarse values (`width` per vertex) to values of the refined vertices.
   *
   * @param only refined vertices to compute; the others stay 0. Default all.
   */
  refine(values: Float32Array, width: number, only?: readonly number[]): Float32Array {
    const last = this.levels.length - 1;
    return this.levels.reduce(
      (finer, stencils, level) => applyStencils(stencils, finer, width, level === last ? only : undefined),
      values,
    );
  }

  /** Values of the refined vertices to values of the render vertices. */
  expand(values: ArrayLike<number>, width: number): Float32Array {
    const { vertexOf } = this.render;
    const expanded = new Float32Array(vertexOf.length * width);
    for (let i = 0; i < vertexOf.length; i++) {
      for (let d = 0; d < width; d++) expanded[i * width + d] = values[vertexOf[i] * width + d];
    }
    return expanded;
  }
}
