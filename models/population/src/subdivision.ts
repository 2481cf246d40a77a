/** A mesh of quads with separate texture coordinates. A quad whose last two vertices are equal is a triangle. */
export interface QuadMesh {
  readonly vertexCount: number;
  /** Four vertex ids per face. */
  readonly quads: Uint16Array | Uint32Array;
  /** Four ids into `uvs` per face. */
  readonly uvQuads: Uint16Array | Uint32Array;
  /** u, v pairs. */
  readonly uvs: Float32Array;
}

/** Sparse weights (compressed rows): each refined vertex is a weighted sum of coarse ones, weights adding up to 1. */
export interface Stencils {
  readonly rowCount: number;
  /** Row r uses entries rowStart[r] .. rowStart[r + 1]. */
  readonly rowStart: Uint32Array;
  readonly columns: Uint32Array;
  readonly weights: Float32Array;
}

export interface Subdivided {
  readonly stencils: Stencils;
  readonly mesh: QuadMesh;
}

interface Edge {
  readonly a: number;
  readonly b: number;
  readonly faces: number[];
}

type Row = Map<number, number>;

function addWeight(row: Row, vertex: number, weight: number): void {
  row.set(vertex, (row.get(vertex) ?? 0) + weight);
}

function addRow(row: Row, other: Row, weight: number): void {
  for (const [vertex, w] of other) addWeight(row, vertex, w * weight);
}

const edgeKey = (a: number, b: number) => Math.min(a, b) * 65536 * 16 + Math.max(a, b);

class Topology {
  readonly edges: Edge[] = [];
  readonly facesOf: number[][];
  readonly edgesOf: number[][];
  readonly facePoints: Row[] = [];
  readonly #edgeIds = new Map<number, number>();

  constructor({ vertexCount, quads }: QuadMesh) {
    this.facesOf = Array.from({ length: vertexCount }, () => []);
    this.edgesOf = Array.from({ length: vertexCount }, () => []);
    const faceCount = quads.length / 4;
    for (let face = 0; face < faceCount; face++) {
      for (let k = 0; k < 4; k++) this.#addEdge(face, quads[face * 4 + k], quads[face * 4 + ((k + 1) % 4)]);
      const corners = [...new Set(quads.subarray(face * 4, face * 4 + 4))];
      for (const vertex of corners) this.facesOf[vertex].push(face);
      this.facePoints.push(new Map(corners.map((vertex) => [vertex, 1 / corners.length])));
    }
    this.edges.forEach(({ a, b }, i) => {
      this.edgesOf[a].push(i);
      this.edgesOf[b].push(i);
    });
  }

  edgeId(a: number, b: number): number {
    return this.#edgeIds.get(edgeKey(a, b)) as number;
  }

  #addEdge(face: number, a: number, b: number): void {
    if (a === b) return; // the collapsed side of a triangle
    const key = edgeKey(a, b);
    let id = this.#edgeIds.get(key);
    if (id === undefined) {
      id = this.edges.length;
      this.#edgeIds.set(key, id);
      this.edges.push({ a, b, faces: [] });
    }
    this.edges[id].faces.push(face);
  }
}

/** The rule for an old vertex: inside (F + 2R + (n - 3) P) / n, on a border the cubic B-spline's 1/8, 3/4, 1/8. */
function vertexRow(topology: Topology, vertex: number): Row {
  const row: Row = new Map();
  const { edges, facesOf, edgesOf, facePoints } = topology;
  const valence = facesOf[vertex].length;
  const border = edgesOf[vertex].filter((e) => edges[e].faces.length !== 2);
  if (valence === 0 || (border.length > 0 && border.length !== 2)) {
    row.set(vertex, 1);
    return row;
  }
  if (border.length === 2) {
    row.set(vertex, 0.75);
    for (const e of border) addWeight(row, edges[e].a === vertex ? edges[e].b : edges[e].a, 0.125);
    return row;
  }
  const share = 1 / (valence * valence);
  for (const face of facesOf[vertex]) addRow(row, facePoints[face], share);
  for (const e of edgesOf[vertex]) {
    addWeight(row, edges[e].a, share);
    addWeight(row, edges[e].b, share);
  }
  addWeight(row, vertex, (valence - 3) / valence);
  return row;
}

function edgeRow({ a, b, faces }: Edge, facePoints: readonly Row[]): Row {
  const row: Row = new Map();
  if (faces.length !== 2) {
    row.set(a, 0.5);
    row.set(b, 0.5);
    return row;
  }
  row.set(a, 0.25);
  row.set(b, 0.25);
  for (const face of faces) addRow(row, facePoints[face], 0.25);
  return row;
}

function compress(rows: readonly Row[]): Stencils {
  const entries = rows.reduce((sum, row) => sum + row.size, 0);
  const rowStart = new Uint32Array(rows.length + 1);
  const columns = new Uint32Array(entries);
  const weights = new Float32Array(entries);
  let next = 0;
  rows.forEach((row, r) => {
    rowStart[r] = next;
    for (const [column, weight] of row) {
      columns[next] = column;
      weights[next++] = weight;
    }
  });
  rowStart[rows.length] = next;
  return { rowCount: rows.length, rowStart, columns, weights };
}

/** Texture coordinates of the refined mesh, merged where they coincide to 1/32768. */
class UvPool {
  readonly values: number[] = [];
  readonly #ids = new Map<number, number>();

  id(u: number, v: number): number {
    const key = Math.round(u * 32768) * 65537 + Math.round(v * 32768);
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.values.length / 2;
      this.#ids.set(key, id);
      this.values.push(u, v);
    }
    return id;
  }
}

function refineFaces(mesh: QuadMesh, topology: Topology): Omit<QuadMesh, 'vertexCount'> {
  const quads: number[] = [];
  const uvQuads: number[] = [];
  const pool = new UvPool();
  const firstFacePoint = mesh.vertexCount + topology.edges.length;
  for (let face = 0; face < mesh.quads.length / 4; face++) {
    const corners = mesh.quads.subarray(face * 4, face * 4 + 4);
    const uv = Array.from(mesh.uvQuads.subarray(face * 4, face * 4 + 4), (i) => [mesh.uvs[i * 2], mesh.uvs[i * 2 + 1]]);
    const sides = corners[3] === corners[2] ? 3 : 4;
    let centreU = 0;
    let centreV = 0;
    for (let k = 0; k < sides; k++) {
      centreU += uv[k][0] / sides;
      centreV += uv[k][1] / sides;
    }
    const edgePoint = (k: number) => mesh.vertexCount + topology.edgeId(corners[k], corners[(k + 1) % sides]);
    const edgeUv = (k: number) => {
      const [from, to] = [uv[k], uv[(k + 1) % sides]];
      return pool.id((from[0] + to[0]) / 2, (from[1] + to[1]) / 2);
    };
    const centreUv = pool.id(centreU, centreV);
    for (let k = 0; k < sides; k++) {
      const previous = (k + sides - 1) % sides;
      quads.push(corners[k], edgePoint(k), firstFacePoint + face, edgePoint(previous));
      uvQuads.push(pool.id(uv[k][0], uv[k][1]), edgeUv(k), centreUv, edgeUv(previous));
    }
  }
  return { quads: Uint32Array.from(quads), uvQuads: Uint32Array.from(uvQuads), uvs: Float32Array.from(pool.values) };
}

/**
 * One level of Catmull-Clark subdivision (Catmull & Clark 1978, with smooth borders).
 *
 * Refined vertices follow in this order: the old vertices, one per edge, one per face. Texture coordinates are
 * refined linearly.
 */
export function subdivide(mesh: QuadMesh): Subdivided {
  const topology = new Topology(mesh);
  const rows: Row[] = [];
  for (let vertex = 0; vertex < mesh.vertexCount; vertex++) rows.push(vertexRow(topology, vertex));
  for (const edge of topology.edges) rows.push(edgeRow(edge, topology.facePoints));
  rows.push(...topology.facePoints);
  const stencils = compress(rows);
  return { stencils, mesh: { vertexCount: stencils.rowCount, ...refineFaces(mesh, topology) } };
}

/**
 * Refines `width` values per vertex, e.g. positions with width 3.
 *
 * @param only refined vertices to compute; the others stay 0. Default all.
 */
export function applyStencils(
  stencils: Stencils,
  values: ArrayLike<number>,
  width: number,
  only?: readonly number[],
): Float32Array {
  const { rowCount, rowStart, columns, weights } = stencils;
  const refined = new Float32Array(rowCount * width);
  const count = only?.length ?? rowCount;
  for (let i = 0; i < count; i++) {
    const row = only?.[i] ?? i;
    for (let entry = rowStart[row]; entry < rowStart[row + 1]; entry++) {
      const source = columns[entry] * width;
      for (let d = 0; d < width; d++) refined[row * width + d] += values[source + d] * weights[entry];
    }
  }
  return refined;
}
