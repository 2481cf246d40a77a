/**
 * Makes neighbouring strands run the same way. A strand's direction is known up to its sign; where two neighbours differ in
 * it, the direction between them vanishes and a dark line without highlights runs over the hair.
 *
 * Edges are visited from the most to the least parallel (a maximum spanning tree), so what cannot be made to agree lies
 * where strands really part: at a parting or a crown. In place.
 *
 * @param tangents four numbers per vertex, the first three the direction
 * @param quads four vertex ids per face
 * @param towardsTip how well each vertex's direction points to the tip, -1..1; the sum decides for a whole piece
 */
export function alignStrands(tangents: Float32Array, quads: ArrayLike<number>, towardsTip: Float32Array): void {
  const count = towardsTip.length;
  const edges = edgesByAgreement(tangents, quads);
  const parent = Int32Array.from({ length: count }, (_, vertex) => vertex);
  /** 1 or -1: the sign of a vertex relative to its parent. */
  const sign = new Int8Array(count).fill(1);
  const find = (vertex: number): [root: number, sign: number] => {
    let [root, total] = [vertex, 1];
    while (parent[root] !== root) {
      total *= sign[root] as number;
      root = parent[root] as number;
    }
    // Shorten the way for the next time.
    let [place, rest] = [vertex, total];
    while (parent[place] !== root && place !== root) {
      const [next, own] = [parent[place] as number, sign[place] as number];
      parent[place] = root;
      sign[place] = rest;
      rest *= own;
      place = next;
    }
    return [root, total];
  };
  for (const [a, b, dot] of edges) {
    const [rootA, signA] = find(a);
    const [rootB, signB] = find(b);
    if (rootA === rootB) continue;
    parent[rootB] = rootA;
    sign[rootB] = signA * signB * (dot < 0 ? -1 : 1);
  }
  const sum = new Float32Array(count);
  for (let vertex = 0; vertex < count; vertex++) {
    const [root, own] = find(vertex);
    sum[root] = (sum[root] as number) + own * (towardsTip[vertex] as number);
  }
  for (let vertex = 0; vertex < count; vertex++) {
    const [root, own] = find(vertex);
    if (own * ((sum[root] as number) < 0 ? -1 : 1) > 0) continue;
    for (let d = 0; d < 3; d++) tangents[vertex * 4 + d] = -(tangents[vertex * 4 + d] as number);
  }
}

type Edge = readonly [a: number, b: number, dot: number];

function edgesByAgreement(tangents: Float32Array, quads: ArrayLike<number>): Edge[] {
  const edges: Edge[] = [];
  for (let corner = 0; corner < quads.length; corner++) {
    const a = quads[corner] as number;
    const b = quads[corner % 4 === 3 ? corner - 3 : corner + 1] as number;
    if (a >= b) continue; // the other face beside the edge has it, too
    let dot = 0;
    for (let d = 0; d < 3; d++) dot += (tangents[a * 4 + d] as number) * (tangents[b * 4 + d] as number);
    edges.push([a, b, dot]);
  }
  return edges.sort((one, other) => Math.abs(other[2]) - Math.abs(one[2]));
}
