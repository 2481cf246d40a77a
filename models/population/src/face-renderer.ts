import {
  BufferAttribute,
  BufferGeometry,
  Camera,
  DoubleSide,
  FloatType,
  GLSL3,
  HalfFloatType,
  LinearFilter,
  LinearSRGBColorSpace,
  type Matrix4,
  Mesh,
  NearestFilter,
  NoToneMapping,
  RawShaderMaterial,
  RedFormat,
  Scene,
  type Texture,
  Vector2,
  Vector3,
  WebGLRenderer,
  WebGLRenderTarget,
} from 'three';
import type { HexColour } from './colour.ts';
import { exposureOf, FrameUniforms, type LightChanges, vibranceOf } from './frame-uniforms.ts';
import type { PartMesh } from './part-mesh.ts';
import { portraitView, shadowView, type ViewOptions } from './portrait-camera.ts';
import type { AssembledPerson } from './scene.ts';
import { DEPTH_SHADER } from './shaders/depth.ts';
import { DEVELOP_SHADER, PICTURE_VERTEX_SHADER } from './shaders/develop.ts';
import { PART_VERTEX_SHADER } from './shaders/part-vertex.ts';

export interface PictureSize {
  /** Side of the square picture in pixels. */
  readonly size: number;
  /** Samples along each side of a pixel, 1 to 4. */
  readonly supersampling: number;
}

export interface PortraitOptions extends ViewOptions, Partial<PictureSize> {
  readonly light?: LightChanges;
}

/** How linear light becomes a picture. */
export type Development =
  | { readonly kind: 'portrait'; readonly look: number; readonly background: readonly [HexColour, HexColour] | null }
  | { readonly kind: 'layer'; readonly range: number };

const SHADOW_MAP_SIZE = 768;

/** Display colour 0..1 of a background, not linear. */
function displayColour(hex: HexColour): Vector3 {
  const value = Number.parseInt(hex.slice(1), 16);
  return new Vector3((value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255);
}

/** Draws assembled people: shadow map, then light into a float target, then development onto the canvas. */
export class FaceRenderer {
  readonly frame = new FrameUniforms();
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #camera = new Camera(); // the parts' shader brings its own matrix
  readonly #targets = new Map<string, WebGLRenderTarget>();
  readonly #depthMatrix: { value: Matrix4 | null } = { value: null };
  readonly #depthMaterial: RawShaderMaterial;
  readonly #developScene = new Scene();
  readonly #developMaterial: RawShaderMaterial;

  constructor(canvas: HTMLCanvasElement) {
    const renderer = new WebGLRenderer({ canvas, antialias: false, preserveDrawingBuffer: true, alpha: true });
    renderer.setPixelRatio(1);
    renderer.autoClear = false;
    renderer.sortObjects = false;
    renderer.outputColorSpace = LinearSRGBColorSpace;
    renderer.toneMapping = NoToneMapping;
    this.#renderer = renderer;
    this.#depthMaterial = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: PART_VERTEX_SHADER,
      fragmentShader: DEPTH_SHADER,
      side: DoubleSide,
      uniforms: { viewProjection: this.#depthMatrix, depthBias: { value: 0 } },
    });
    this.#developMaterial = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: PICTURE_VERTEX_SHADER,
      fragmentShader: DEVELOP_SHADER,
      depthTest: false,
      depthWrite: false,
      uniforms: {
        light: { value: null },
        sampleSize: { value: new Vector2() },
        supersampling: { value: 1 },
        exposure: { value: 1 },
        vibrance: { value: 1 },
        layerRange: { value: 0 },
        backgroundOpacity: { value: 0 },
        backgroundCentre: { value: new Vector3() },
        backgroundRim: { value: new Vector3() },
      },
    });
    const picture = new BufferGeometry();
    const corners = new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]);
    picture.setAttribute('position', new BufferAttribute(corners, 3));
    const mesh = new Mesh(picture, this.#developMaterial);
    mesh.frustumCulled = false;
    this.#developScene.add(mesh);
  }

  get canvas(): HTMLCanvasElement {
    return this.#renderer.domElement;
  }

  /** Draws a portrait onto the canvas. */
  drawPortrait(assembled: AssembledPerson, options: PortraitOptions = {}): void {
    const { size = 512, supersampling = 2 } = options;
    const { stylize: look, bg } = assembled.person;
    this.prepare(assembled, options);
    const target = this.#lightTarget(size * supersampling, 1);
    this.drawLight(assembled.meshes, target);
    this.develop(target.texture, { size, supersampling }, { kind: 'portrait', look, background: bg });
  }

  /** Sets view and light and draws the shadow map; needed once before the parts of a person are drawn. */
  prepare(assembled: AssembledPerson, options: PortraitOptions = {}): void {
    const { viewProjection, eyePoint } = portraitView(assembled.frame, options);
    this.frame.setView(viewProjection, eyePoint);
    this.frame.setLights(assembled.person.stylize, options.light);
    const matrix = shadowView(assembled.frame, this.frame.uniforms.keyDirection.value);
    const target = this.#target('shadow', () => {
      const nearest = { minFilter: NearestFilter, magFilter: NearestFilter };
      return new WebGLRenderTarget(SHADOW_MAP_SIZE, SHADOW_MAP_SIZE, {
        type: FloatType,
        format: RedFormat,
        ...nearest,
      });
    });
    this.#depthMatrix.value = matrix;
    this.#scene.overrideMaterial = this.#depthMaterial;
    this.#renderer.setClearColor(0xffffff, 1);
    this.#drawMeshes(
      assembled.meshes.filter((mesh) => mesh.castsShadow),
      target,
    );
    this.#scene.overrideMaterial = null;
    this.frame.setShadow(matrix, target.texture);
  }

  /** A target for the diffuse ratio and the highlight. */
  layerTarget({ size, supersampling }: PictureSize): WebGLRenderTarget {
    return this.#lightTarget(size * supersampling, 2);
  }

  drawLight(meshes: readonly PartMesh[], target: WebGLRenderTarget): void {
    this.#renderer.setClearColor(0, 0);
    this.#drawMeshes(meshes, target);
  }

  /** Turns linear light into the picture on the canvas. */
  develop(light: Texture, { size, supersampling }: PictureSize, development: Development): void {
    const { uniforms } = this.#developMaterial;
    uniforms.light.value = light;
    uniforms.sampleSize.value.setScalar(1 / (size * supersampling));
    uniforms.supersampling.value = supersampling;
    uniforms.layerRange.value = development.kind === 'layer' ? development.range : 0;
    uniforms.backgroundOpacity.value = 0;
    if (development.kind === 'portrait') {
      const { look, background } = development;
      uniforms.exposure.value = exposureOf(look);
      uniforms.vibrance.value = vibranceOf(look);
      if (background) {
        uniforms.backgroundOpacity.value = 1;
        uniforms.backgroundCentre.value = displayColour(background[0]);
        uniforms.backgroundRim.value = displayColour(background[1]);
      }
    }
    const renderer = this.#renderer;
    renderer.setRenderTarget(null);
    if (this.canvas.width !== size || this.canvas.height !== size) renderer.setSize(size, size, false);
    renderer.setClearColor(0, 0);
    renderer.clear();
    renderer.render(this.#developScene, this.#camera);
  }

  /** The canvas as RGBA bytes, bottom row first. */
  readPixels(size: number): Uint8Array<ArrayBuffer> {
    const pixels = new Uint8Array(size * size * 4);
    const gl = this.#renderer.getContext();
    gl.readPixels(0, 0, size, size, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    return pixels;
  }

  #drawMeshes(meshes: readonly PartMesh[], target: WebGLRenderTarget): void {
    this.#scene.clear();
    for (const { mesh } of meshes) this.#scene.add(mesh);
    this.#renderer.setRenderTarget(target);
    this.#renderer.clear();
    this.#renderer.render(this.#scene, this.#camera);
  }

  #lightTarget(side: number, count: number): WebGLRenderTarget {
    return this.#target(`${side} x ${count}`, () => {
      const linear = { minFilter: LinearFilter, magFilter: LinearFilter };
      return new WebGLRenderTarget(side, side, { count, type: HalfFloatType, ...linear });
    });
  }

  #target(key: string, make: () => WebGLRenderTarget): WebGLRenderTarget {
    let target = this.#targets.get(key);
    if (!target) {
      target = make();
      this.#targets.set(key, target);
    }
    return target;
  }
}
