/** A dressed puppet in Pixi: layers in their order, all on one mesh; owns its textures and frees them. */
import {
  glassesQuad,
  LASH_OPACITY,
  LOWER_LIP_SHADOW_OPACITY,
  LOWER_TEETH_TINT,
  MOUTH_COLOUR,
  type Pose,
  type PosedPuppet,
  type Puppet,
  type PuppetMesh,
  stripTriangles,
  TONGUE_TINT,
  UPPER_TEETH_TINT,
} from '@timbre/models';
import { Buffer, BufferUsage, Container, Geometry, Mesh, MeshGeometry, Sprite, Texture } from 'pixi.js';
import { type Coverage, coveredTriangles, skinCoverage } from './layer-coverage.ts';
import { PuppetFade } from './puppet-fade.ts';
import { layerMesh, SkinMesh } from './puppet-shaders.ts';
import type { StyleLayers, WornStyle } from './style-layers.ts';

/** From one face to the next while it forms; codes come at most every 500 ms. */
const FACE_FADE_MS = 420;

/** Cells of 1/64: by how much a decoded outline may differ, and the blur of mipmaps. */
const SKIN_MARGIN_CELLS = 2;
const LAYER_MARGIN_CELLS = 1;

const QUAD_UVS = new Float32Array([0, 0, 1, 0, 1, 1, 0, 1]);
const QUAD_TRIANGLES = new Uint32Array([0, 1, 2, 0, 2, 3]);

/** What is drawn around and under the skin, per part of PosedPuppet. */
interface Parts {
  readonly skin: SkinMesh;
  readonly eyes: readonly Mesh[];
  readonly lidShadows: readonly Mesh[];
  readonly catchLights: readonly Sprite[];
  readonly mouth: Sprite;
  readonly tongue: Mesh;
  readonly lowerTeeth: Mesh;
  readonly upperTeeth: Mesh;
  readonly upperLipShadow: Mesh;
  readonly lowerLipShadow: Mesh;
  readonly lashes: readonly Mesh[];
  readonly glasses: Mesh | undefined;
}

export class PuppetMeshView {
  /** In frame units: scale it by the portrait's side. */
  readonly container = new Container();
  readonly #mesh: PuppetMesh;
  readonly #layers: StyleLayers;
  /** Vertices of the whole mesh, shared by all layers' geometries. */
  readonly #positions: Buffer;
  /** The same vertices where hair lies on them. */
  readonly #hairPositions: Buffer;
  readonly #uvs: Buffer;
  readonly #skinGeometry: Geometry;
  readonly #fade: PuppetFade;
  readonly #glassesQuad = new Float32Array(8);
  #worn: WornStyle;
  #parts: Parts;

  /** Takes over `worn` and releases it. */
  constructor(mesh: PuppetMesh, layers: StyleLayers, puppet: Puppet, worn: WornStyle) {
    this.#mesh = mesh;
    this.#layers = layers;
    this.#positions = vertexBuffer(new Float32Array(2 * mesh.vertexCount));
    this.#hairPositions = vertexBuffer(new Float32Array(2 * mesh.vertexCount));
    this.#uvs = vertexBuffer(mesh.uv.slice());
    // All faces have their outline at about the same texels.
    this.#skinGeometry = this.#geometryOf(skinCoverage(puppet.skin, puppet.textureSize), SKIN_MARGIN_CELLS);
    this.#fade = new PuppetFade(mesh, puppet, FACE_FADE_MS);
    this.#worn = worn;
    this.#parts = this.#dress(worn);
  }

  get worn(): WornStyle {
    return this.#worn;
  }

  /** Something moves by itself: a fade is under way. */
  get fading(): boolean {
    return this.#fade.fading;
  }

  /** Changes the style at once; the face stays. Takes over `worn`. */
  wear(worn: WornStyle): void {
    this.#undress();
    this.#worn = worn;
    this.#parts = this.#dress(worn);
  }

  show(puppet: Puppet, nowMs: number, how: 'slowly' | 'at-once'): void {
    this.#fade.fadeTo(puppet, nowMs, how);
  }

  pose(pose: Pose, nowMs: number): void {
    this.#fade.advance(nowMs);
    const posed = this.#fade.poser.pose(pose);
    const { from, to, fade } = this.#fade.skins;
    this.#parts.skin.show(from, to, fade);
    this.#place(posed);
  }

  close(): void {
    this.#undress();
    this.#fade.close();
    this.#skinGeometry.destroy();
    this.#positions.destroy();
    this.#hairPositions.destroy();
    this.#uvs.destroy();
    this.container.destroy();
  }

  /** Bottom to top, as in the style's specification; what has no layer is left out. */
  #dress({ paints, textures }: WornStyle): Parts {
    const { paint, blank } = this.#layers;
    const { from } = this.#fade.skins;
    const rimPoints = (chain: readonly number[]) => chain.length + 2;
    const { lids, mouth } = this.#mesh;
    const chains = [lids.left.upper, lids.right.upper];
    const parts: Parts = {
      skin: new SkinMesh(
        this.#skinGeometry,
        from,
        textures.hair?.source ?? blank,
        textures.clothes?.source ?? blank,
        paints.skin,
      ),
      eyes: [quadMesh(textures.leftEye), quadMesh(textures.rightEye)],
      lidShadows: chains.map((chain) => stripMesh(rimPoints(chain), paint.shadow)),
      catchLights: this.#fade.poser
        .pose({ weights: {} })
        .catchLights.map(({ opacity }) => light(paint.catchLight, opacity)),
      mouth: new Sprite({ texture: Texture.WHITE, tint: tintOf(MOUTH_COLOUR) }),
      tongue: quadMesh(textures.tongue, TONGUE_TINT),
      lowerTeeth: quadMesh(textures.lowerTeeth, LOWER_TEETH_TINT),
      upperTeeth: quadMesh(textures.upperTeeth, UPPER_TEETH_TINT),
      upperLipShadow: stripMesh(rimPoints(mouth.upper), paint.shadow),
      lowerLipShadow: stripMesh(rimPoints(mouth.lower), paint.shadow, LOWER_LIP_SHADOW_OPACITY),
      lashes: chains.map((chain) => stripMesh(rimPoints(chain), paint.lash, LASH_OPACITY)),
      glasses: textures.glasses && quadMesh(textures.glasses),
    };
    const layer = (kind: 'hair' | 'clothes' | 'brows' | 'beard', side: 'front' | 'back' = 'front') => {
      const [texture, colours] = [textures[kind], paints[kind]];
      if (!texture || !colours) return [];
      const positions = kind === 'hair' ? this.#hairPositions : this.#positions;
      const geometry = this.#geometryOf(texture[side], LAYER_MARGIN_CELLS, positions);
      return [layerMesh(geometry, texture.source, colours, side)];
    };
    this.container.addChild(
      ...layer('hair', 'back'),
      ...parts.eyes,
      ...parts.lidShadows,
      ...parts.catchLights,
      ...[parts.mouth, parts.tongue, parts.lowerTeeth, parts.upperTeeth, parts.upperLipShadow, parts.lowerLipShadow],
      parts.skin.mesh,
      ...[...layer('brows'), ...layer('beard'), ...layer('clothes')],
      ...parts.lashes,
      ...(parts.glasses ? [parts.glasses] : []),
      ...layer('hair'),
    );
    return parts;
  }

  #undress(): void {
    for (const child of this.container.removeChildren()) {
      if (child instanceof Mesh) {
        // The shader's program is cached by Pixi for all puppets; its textures belong to others.
        child.shader?.destroy(false);
        if (child.geometry !== this.#skinGeometry) this.#destroyGeometry(child.geometry);
      }
      child.destroy();
    }
    this.#worn.release();
  }

  /** The mesh's triangles where a layer may be seen, on the shared vertices. */
  #geometryOf(coverage: Coverage, margin: number, positions = this.#positions): Geometry {
    const data = coveredTriangles(this.#mesh, coverage, margin);
    return new Geometry({
      attributes: {
        aPosition: { buffer: positions, format: 'float32x2' },
        aUV: { buffer: this.#uvs, format: 'float32x2' },
      },
      indexBuffer: new Buffer({ data, usage: BufferUsage.INDEX | BufferUsage.COPY_DST }),
    });
  }

  #destroyGeometry(geometry: Geometry): void {
    // Layers share their vertices; quads and strips have their own.
    const shared = [this.#positions, this.#hairPositions].includes(geometry.getBuffer('aPosition'));
    if (shared) geometry.indexBuffer.destroy();
    geometry.destroy(!shared);
  }

  #place(posed: PosedPuppet): void {
    const { eyes, lidShadows, lashes, catchLights, mouth, ...parts } = this.#parts;
    fill(this.#positions, posed.positions);
    fill(this.#hairPositions, posed.hairPositions);
    for (const [index, eye] of eyes.entries()) put(eye, posed.eyes[index]!);
    for (const [index, shadow] of lidShadows.entries()) put(shadow, posed.lidShadows[index]!);
    for (const [index, lash] of lashes.entries()) put(lash, posed.lashes[index]!);
    const box = this.#worn.paints.glasses?.box;
    if (parts.glasses && box) put(parts.glasses, glassesQuad(posed.eyeMiddles, box, this.#glassesQuad));
    put(parts.tongue, posed.tongue);
    put(parts.lowerTeeth, posed.lowerTeeth);
    put(parts.upperTeeth, posed.upperTeeth);
    put(parts.upperLipShadow, posed.upperLipShadow);
    put(parts.lowerLipShadow, posed.lowerLipShadow);
    for (const [index, sprite] of catchLights.entries()) {
      const { x, y, diameter } = posed.catchLights[index]!;
      sprite.position.set(x, y);
      sprite.setSize(diameter);
    }
    // The lips' rectangle is dark; the skin above has the mouth's hole.
    const bounds = boundsOf(posed.mouthRing);
    mouth.position.set(bounds.left, bounds.top);
    mouth.setSize(bounds.right - bounds.left, bounds.bottom - bounds.top);
  }
}

function quadMesh(texture: Texture, tint: readonly number[] = [255, 255, 255]): Mesh {
  const geometry = new MeshGeometry({ positions: new Float32Array(8), uvs: QUAD_UVS.slice(), indices: QUAD_TRIANGLES });
  return new Mesh({ geometry, texture, tint: tintOf(tint) });
}

function stripMesh(points: number, texture: Texture, alpha = 1): Mesh {
  const uvs = Float32Array.from({ length: 4 * points }, (_, index) =>
    index % 4 === 3 ? 1 : index % 2 === 0 ? 0.5 : 0,
  );
  const indices = Uint32Array.from(stripTriangles(points));
  const geometry = new MeshGeometry({ positions: new Float32Array(4 * points), uvs, indices });
  return new Mesh({ geometry, texture, alpha });
}

function light(texture: Texture, alpha: number): Sprite {
  return new Sprite({ texture, alpha, anchor: 0.5 });
}

function put(mesh: Mesh, positions: Float32Array): void {
  fill(mesh.geometry.getBuffer('aPosition'), positions);
}

function fill(buffer: Buffer, numbers: Float32Array): void {
  buffer.data.set(numbers);
  buffer.update();
}

function vertexBuffer(data: Float32Array): Buffer {
  return new Buffer({ data, usage: BufferUsage.VERTEX | BufferUsage.COPY_DST });
}

function tintOf([red = 255, green = 255, blue = 255]: readonly number[]): number {
  return (red << 16) | (green << 8) | blue;
}

function boundsOf(points: Float32Array) {
  const bounds = { left: 1, top: 1, right: 0, bottom: 0 };
  for (let index = 0; index < points.length; index += 2) {
    bounds.left = Math.min(bounds.left, points[index]!);
    bounds.right = Math.max(bounds.right, points[index]!);
    bounds.top = Math.min(bounds.top, points[index + 1]!);
    bounds.bottom = Math.max(bounds.bottom, points[index + 1]!);
  }
  return bounds;
}
