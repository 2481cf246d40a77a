import {
  BufferAttribute,
  BufferGeometry,
  CustomBlending,
  DoubleSide,
  FrontSide,
  GLSL3,
  type IUniform,
  Mesh,
  OneFactor,
  OneMinusSrcAlphaFactor,
  RawShaderMaterial,
} from 'three';
import type { FrameUniforms } from './frame-uniforms.ts';
import { type MeshPart, vertexNormals } from './mesh-part.ts';
import { PART_VERTEX_SHADER } from './shaders/part-vertex.ts';

/** What a mesh shows. Captures choose by it what they draw. */
export type PartLayer = 'skin' | 'hair' | 'beard' | 'cloth' | 'eyes' | 'teeth' | 'tongue' | 'lashes';

export type UniformValues = Readonly<Record<string, unknown>>;

export interface PartMeshOptions {
  /** Draws both sides; default front sides only. */
  readonly doubleSided?: boolean;
  /** Premultiplied blending; default opaque. */
  readonly blended?: boolean;
  /** Writes depth; default when opaque. */
  readonly depthWrite?: boolean;
  /** Casts a shadow; default false. */
  readonly castsShadow?: boolean;
  /** Moves the part towards the camera, in units of normalised depth; default 0. */
  readonly depthBias?: number;
  /** Triangles to draw; default all of the part. */
  readonly triangles?: Uint32Array;
  /** Positions on the rest head, for paint that follows the skin. */
  readonly rest?: Float32Array;
}

type AttributeName = 'ao' | 'mask' | 'scalp';

const WIDTHS: Readonly<Record<AttributeName, number>> = { ao: 1, mask: 4, scalp: 1 };

const PREMULTIPLIED = {
  blending: CustomBlending,
  blendSrc: OneFactor,
  blendDst: OneMinusSrcAlphaFactor,
  blendSrcAlpha: OneFactor,
  blendDstAlpha: OneMinusSrcAlphaFactor,
  transparent: true,
} as const;

/** One part on the GPU. It lives as long as the page and is refilled for each person: nothing is compiled twice. */
export class PartMesh {
  readonly layer: PartLayer;
  readonly castsShadow: boolean;
  readonly mesh: Mesh<BufferGeometry, RawShaderMaterial>;
  readonly #part: MeshPart;
  readonly #filled = new Map<AttributeName, ArrayLike<number>>();
  #shownTriangles: Uint32Array;

  constructor(
    layer: PartLayer,
    part: MeshPart,
    fragmentShader: string,
    uniforms: UniformValues,
    frame: FrameUniforms,
    options: PartMeshOptions = {},
  ) {
    const count = part.render.vertexOf.length;
    const geometry = new BufferGeometry();
    const add = (name: string, width: number, values: Float32Array = new Float32Array(count * width)) =>
      geometry.setAttribute(name, new BufferAttribute(values, width));
    add('position', 3);
    add('normal', 3);
    add('uv', 2, part.render.uvs);
    add('ao', 1, new Float32Array(count).fill(1));
    add('mask', 4, new Float32Array(count * 4).fill(1));
    add('scalp', 1);
    if (options.rest) add('rest', 3, part.expand(options.rest, 3));
    const triangles = options.triangles ?? part.render.triangles;
    geometry.setIndex(new BufferAttribute(triangles.slice(), 1));

    const own: Record<string, IUniform> = { depthBias: { value: options.depthBias ?? 0 } };
    for (const [name, value] of Object.entries(uniforms)) own[name] = { value };
    const material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: PART_VERTEX_SHADER,
      fragmentShader,
      side: options.doubleSided ? DoubleSide : FrontSide,
      uniforms: { ...own, ...frame.uniforms },
      ...(options.blended ? PREMULTIPLIED : {}),
      depthWrite: options.depthWrite ?? !options.blended,
    });
    this.layer = layer;
    this.castsShadow = options.castsShadow ?? false;
    this.mesh = new Mesh(geometry, material);
    this.mesh.frustumCulled = false;
    this.#part = part;
    this.#shownTriangles = triangles;
  }

  /** Refined vertices of the part. */
  get vertexCount(): number {
    return this.#part.vertexCount;
  }

  setUniforms(values: UniformValues): void {
    for (const [name, value] of Object.entries(values)) this.mesh.material.uniforms[name].value = value;
  }

  /** Positions of the refined vertices; their normals unless given. */
  setShape(positions: Float32Array, normals = vertexNormals(positions, this.#part.quads)): void {
    this.#fill('position', positions, 3);
    this.#fill('normal', normals, 3);
  }

  /** Values per refined vertex; uploaded only when the array is another one than last time. */
  setAttribute(name: AttributeName, values: ArrayLike<number>): void {
    if (this.#filled.get(name) === values) return;
    this.#filled.set(name, values);
    this.#fill(name, values, WIDTHS[name]);
  }

  /** Draws only these triangles, a part of the ones given at the start. */
  showTriangles(triangles: Uint32Array): void {
    if (this.#shownTriangles === triangles) return;
    this.#shownTriangles = triangles;
    const index = this.mesh.geometry.getIndex() as BufferAttribute;
    (index.array as Uint32Array).set(triangles);
    index.needsUpdate = true;
    this.mesh.geometry.setDrawRange(0, triangles.length);
  }

  #fill(name: string, values: ArrayLike<number>, width: number): void {
    const attribute = this.mesh.geometry.getAttribute(name) as BufferAttribute;
    const { vertexOf } = this.#part.render;
    for (let i = 0; i < vertexOf.length; i++) {
      for (let d = 0; d < width; d++) attribute.array[i * width + d] = values[vertexOf[i] * width + d];
    }
    attribute.needsUpdate = true;
  }
}
