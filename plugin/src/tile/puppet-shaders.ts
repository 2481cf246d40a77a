/**
 * The puppet's shaders: the same colour formula as models/runtime/src/colour.ts, which tells what D, H and the numbers
 * are. Skin textures hold (D red, D green, D blue) left and (H, coverage) right; layer textures (D, H, front alpha) left
 * and (skin kept, back alpha, shadow on the skin) right.
 */
import type { LinearColour } from '@timbre/models';
import { type Geometry, GlProgram, Mesh, Shader, type TextureSource, UniformGroup } from 'pixi.js';

const VERTEX = `#version 300 es
in vec2 aPosition;
in vec2 aUV;
out vec2 vUV;
uniform mat3 uProjectionMatrix;
uniform mat3 uWorldTransformMatrix;
uniform mat3 uTransformMatrix;
void main() {
  vUV = aUV;
  mat3 transform = uProjectionMatrix * uWorldTransformMatrix * uTransformMatrix;
  gl_Position = vec4((transform * vec3(aPosition, 1.0)).xy, 0.0, 1.0);
}`;

const COLOUR_FORMULA = `#version 300 es
precision highp float;
in vec2 vUV;
out vec4 shown;
uniform vec3 uColour;
uniform float uLift;
uniform float uHighlightGain;
uniform float uOpacity;
const float SHOULDER = 0.52;
// Most of every layer is empty: without graphics hardware the colour formula is what costs.
const float UNSEEN = 0.004;

vec3 decoded(vec3 encoded, float range) { return range * pow(encoded, vec3(2.2)); }
float decoded(float encoded, float range) { return range * pow(encoded, 2.2); }

vec3 display(vec3 light) {
  vec3 x = 0.74 * light;
  float peak = max(max(x.r, x.g), max(x.b, 1e-4));
  float bent = SHOULDER + (1.0 - SHOULDER) * (1.0 - exp(-(peak - SHOULDER) / (1.0 - SHOULDER)));
  float mapped = peak < SHOULDER ? peak : bent;
  x *= mapped / peak;
  x = pow(clamp(mix(x, vec3(mapped), 0.6 * smoothstep(0.8, 2.4, peak)), 0.0, 1.0), vec3(1.0 / 2.2));
  float grey = dot(x, vec3(0.3, 0.59, 0.11));
  return clamp(mix(vec3(grey), x, 1.06), 0.0, 1.0);
}

// As far from the seam between the halves as a sample reaches at this mip level, so that neither bleeds into the other.
vec2 leftHalf() {
  float reach = 0.002 + fwidth(vUV.x);
  return vec2(clamp(vUV.x, reach, 1.0 - reach) * 0.5, vUV.y);
}
vec2 rightHalf(vec2 left) { return left + vec2(0.5, 0.0); }
`;

const SKIN_FRAGMENT = `${COLOUR_FORMULA}
uniform sampler2D uSkin;
uniform sampler2D uNextSkin;
uniform sampler2D uHair;
uniform sampler2D uClothes;
uniform float uFade;
void main() {
  vec2 left = leftHalf();
  vec2 right = rightHalf(left);
  vec4 clothes = texture(uClothes, right);
  vec3 diffuse = texture(uSkin, left).rgb;
  vec2 rest = texture(uSkin, right).rg;
  if (uFade > 0.0) {
    diffuse = mix(diffuse, texture(uNextSkin, left).rgb, uFade);
    rest = mix(rest, texture(uNextSkin, right).rg, uFade);
  }
  float shadow = texture(uHair, right).b * clothes.b;
  float alpha = smoothstep(0.08, 0.92, rest.g) * clothes.r * uOpacity;
  if (alpha < UNSEEN) discard;
  vec3 d = decoded(diffuse, 3.0) * pow(vec3(shadow), vec3(0.85, 1.0, 1.05));
  float h = decoded(rest.r, 0.8) * shadow;
  shown = vec4(display((uColour * d + uHighlightGain * h) * uLift) * alpha, alpha);
}`;

const LAYER_FRAGMENT = `${COLOUR_FORMULA}
uniform sampler2D uLayer;
uniform float uBack;
void main() {
  vec2 left = leftHalf();
  vec3 layer = texture(uLayer, left).rgb;
  float alpha = (uBack > 0.5 ? texture(uLayer, rightHalf(left)).g : layer.b) * uOpacity;
  if (alpha < UNSEEN) discard;
  float d = decoded(layer.r, 3.0);
  float h = decoded(layer.g, 0.8);
  shown = vec4(display((uColour * d + uHighlightGain * h) * uLift) * alpha, alpha);
}`;

export interface Paint {
  readonly colour: LinearColour;
  readonly lift: number;
  readonly highlightGain: number;
  readonly opacity: number;
}

function paintUniforms({ colour, lift, highlightGain, opacity }: Paint) {
  return {
    uColour: { value: new Float32Array(colour), type: 'vec3<f32>' },
    uLift: { value: lift, type: 'f32' },
    uHighlightGain: { value: highlightGain, type: 'f32' },
    uOpacity: { value: opacity, type: 'f32' },
  } as const;
}

/** Hair, clothes, brows or beard. `side`: hair shows the same picture behind and before the head, with two alphas. */
export function layerMesh(
  geometry: Geometry,
  layer: TextureSource,
  paint: Paint,
  side: 'front' | 'back' = 'front',
): Mesh {
  const glProgram = GlProgram.from({ vertex: VERTEX, fragment: LAYER_FRAGMENT, name: 'timbre-layer' });
  const uniforms = { ...paintUniforms(paint), uBack: { value: side === 'back' ? 1 : 0, type: 'f32' } } as const;
  const shader = new Shader({ glProgram, resources: { uLayer: layer, paint: new UniformGroup(uniforms) } });
  return new Mesh<Geometry, Shader>({ geometry, shader }) as Mesh;
}

/** The skin between two faces. */
export class SkinMesh {
  readonly mesh: Mesh;
  readonly #shader: Shader;
  readonly #uniforms: UniformGroup;

  /** `hair`, `clothes`: for the shadow they cast, and for the skin that clothes take away. */
  constructor(geometry: Geometry, skin: TextureSource, hair: TextureSource, clothes: TextureSource, paint: Paint) {
    const glProgram = GlProgram.from({ vertex: VERTEX, fragment: SKIN_FRAGMENT, name: 'timbre-skin' });
    this.#uniforms = new UniformGroup({ ...paintUniforms(paint), uFade: { value: 0, type: 'f32' } });
    const textures = { uSkin: skin, uNextSkin: skin, uHair: hair, uClothes: clothes };
    this.#shader = new Shader({ glProgram, resources: { ...textures, paint: this.#uniforms } });
    this.mesh = new Mesh<Geometry, Shader>({ geometry, shader: this.#shader }) as Mesh;
  }

  /** `fade` 0 shows `skin`, 1 shows `next`. */
  show(skin: TextureSource, next: TextureSource, fade: number): void {
    const resources = this.#shader.resources as Record<string, unknown>;
    if (resources.uSkin !== skin) resources.uSkin = skin;
    if (resources.uNextSkin !== next) resources.uNextSkin = next;
    (this.#uniforms.uniforms as Record<string, unknown>).uFade = fade;
    this.#uniforms.update();
  }
}
