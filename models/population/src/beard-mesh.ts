import { beardField } from './beard-field.ts';
import { smoothstep } from './interpolation.ts';
import { MeshPart } from './mesh-part.ts';

export interface BeardShape {
  readonly positions: Float32Array;
  readonly occlusion: Float32Array;
}

/** A beard is a shell of the skin itself, so that it follows every viseme. */
export class BeardShell {
  readonly part: MeshPart;
  /** Direction of the strands and opacity, four per vertex. */
  readonly tangents: Float32Array;
  readonly #skinVertex: readonly number[];
  readonly #cover: Float32Array;
  readonly #length: Float32Array;
  readonly #strand: Float32Array;

  /**
   * @param skin the refined skin
   * @param rest its positions on the rest head
   * @param kind `full`, `goatee` or `moustache`
   */
  constructor(skin: MeshPart, rest: Float32Array, kind: string) {
    const at = (vertex: number) => {
      const [x, y, z] = rest.subarray(vertex * 3, vertex * 3 + 3);
      return { x, y, z, ...beardField(Math.abs(x), y, z, kind) };
    };
    const ids = new Map<number, number>();
    const quads: number[] = [];
    for (let corner = 0; corner < skin.quads.length; corner += 4) {
      const face = [0, 1, 2, 3].map((k) => skin.quads[corner + k]);
      if (!face.some((vertex) => at(vertex).cover > 0.02)) continue;
      for (const vertex of face) {
        if (!ids.has(vertex)) ids.set(vertex, ids.size);
        quads.push(ids.get(vertex) as number);
      }
    }
    const vertices = [...ids.keys()];
    const places = vertices.map(at);
    const uvs = new Float32Array(vertices.length * 2);
    this.tangents = new Float32Array(vertices.length * 4);
    places.forEach(({ x, y, z, cover }, i) => {
      uvs[i * 2] = Math.atan2(Math.abs(x), z - 0.6) * 1.1 + 0.05 * Math.sin(9 * y);
      uvs[i * 2 + 1] = smoothstep(6.9, 6.1, y);
      this.tangents.set([x * 0.25, -1, 0.1, smoothstep(0.08, 0.6, cover)], i * 4);
    });
    const faces = Uint32Array.from(quads);
    this.part = new MeshPart({ vertexCount: vertices.length, quads: faces, uvQuads: faces, uvs });
    this.#skinVertex = vertices;
    this.#cover = Float32Array.from(places, ({ cover }) => cover);
    this.#length = Float32Array.from(places, ({ length }) => length);
    this.#strand = uvs.filter((_, i) => i % 2 === 0);
  }

  /**
   * The shell on a skin.
   *
   * @param length of the longest hair, decimetres
   */
  fit(positions: Float32Array, normals: Float32Array, length: number): BeardShape {
    const fitted = new Float32Array(this.#skinVertex.length * 3);
    const occlusion = new Float32Array(this.#skinVertex.length);
    this.#skinVertex.forEach((vertex, i) => {
      const cover = this.#cover[i];
      const local = length * this.#length[i];
      const full = smoothstep(0.1, 1, cover);
      const tufts = 0.014 * Math.sin(this.#strand[i] * 75) * full * Math.min(1, length * 8);
      const thickness = 0.004 + (local + 0.012) * full + tufts;
      for (let d = 0; d < 3; d++) fitted[i * 3 + d] = positions[vertex * 3 + d] + normals[vertex * 3 + d] * thickness;
      fitted[i * 3 + 1] -= local * 0.35 * full * cover;
      occlusion[i] = 0.55 + 0.45 * full;
    });
    return { positions: fitted, occlusion };
  }
}
