import { type IUniform, Matrix4, type Texture, Vector2, Vector3 } from 'three';
import { lerp } from './interpolation.ts';
import { CAPTURE_MODE, type CaptureMode } from './shaders/capture-mode.ts';

type Triple = readonly [number, number, number];

/** A value for the natural look and one for the illustrated look; looks between mix them. */
type PerLook<T> = readonly [natural: T, illustrated: T];

/** Directions towards the lights, and their colours in linear light. */
const LIGHTS = {
  keyDirection: [
    [-0.55, 0.5, 0.8],
    [-0.52, 0.56, 0.8],
  ],
  fillDirection: [
    [0.85, 0.1, 0.65],
    [0.75, 0.15, 0.75],
  ],
  rimDirection: [
    [0.85, 0.45, -0.45],
    [0.85, 0.4, -0.4],
  ],
  rim2Direction: [
    [-0.9, 0.35, -0.45],
    [-0.9, 0.3, -0.4],
  ],
  keyColour: [
    [1.44, 1.38, 1.31],
    [1.5, 1.43, 1.35],
  ],
  fillColour: [
    [0.3, 0.32, 0.36],
    [0.27, 0.29, 0.35],
  ],
  rimColour: [
    [0.55, 0.62, 0.72],
    [1.1, 1.3, 1.6],
  ],
  rim2Colour: [
    [0.45, 0.38, 0.32],
    [1.5, 1.15, 0.85],
  ],
  skyColour: [
    [0.36, 0.38, 0.42],
    [0.38, 0.4, 0.46],
  ],
  groundColour: [
    [0.2, 0.172, 0.15],
    [0.26, 0.22, 0.2],
  ],
} as const satisfies Record<string, PerLook<Triple>>;

const SHADOW_SOFTNESS: PerLook<number> = [0.024, 0.032];
const EXPOSURE: PerLook<number> = [0.8, 0.74];
const VIBRANCE: PerLook<number> = [1.03, 1.06];

type LightName = keyof typeof LIGHTS;

export type LightChanges = Readonly<Partial<Record<LightName, Triple>>>;

const forLook = ([natural, illustrated]: PerLook<number>, look: number) => lerp(natural, illustrated, look);

export function exposureOf(look: number): number {
  return forLook(EXPOSURE, look);
}

export function vibranceOf(look: number): number {
  return forLook(VIBRANCE, look);
}

/** Uniforms that all parts share: view, light, shadow and what is captured. One object per value, so one write suffices. */
export class FrameUniforms {
  readonly uniforms = {
    viewProjection: { value: new Matrix4() },
    eyePoint: { value: new Vector3() },
    shadowMatrix: { value: new Matrix4() },
    shadowMap: { value: null as Texture | null },
    shadowSoftness: { value: 0.02 },
    look: { value: 0 },
    captureMode: { value: CAPTURE_MODE.portrait as CaptureMode },
    cutAway: { value: new Vector2() },
    ...(Object.fromEntries(Object.keys(LIGHTS).map((name) => [name, { value: new Vector3() }])) as Record<
      LightName,
      IUniform<Vector3>
    >),
  };

  setView(viewProjection: Matrix4, eyePoint: Vector3): void {
    this.uniforms.viewProjection.value.copy(viewProjection);
    this.uniforms.eyePoint.value.copy(eyePoint);
  }

  setShadow(matrix: Matrix4, map: Texture): void {
    this.uniforms.shadowMatrix.value.copy(matrix);
    this.uniforms.shadowMap.value = map;
  }

  /** @param look 0 natural .. 1 illustrated */
  setLights(look: number, changes: LightChanges = {}): void {
    this.uniforms.look.value = look;
    this.uniforms.shadowSoftness.value = forLook(SHADOW_SOFTNESS, look);
    for (const name of Object.keys(LIGHTS) as LightName[]) {
      const [natural, illustrated] = LIGHTS[name];
      const usual = natural.map((value, d) => lerp(value, illustrated[d], look));
      const vector = this.uniforms[name].value.fromArray([...(changes[name] ?? usual)]);
      if (name.endsWith('Direction')) vector.normalize();
    }
  }

  /** @param cutAway depth and height in decimetres behind and below which hair is left out; none by default */
  setCapture(mode: CaptureMode, cutAway: readonly [z: number, y: number] = [0, 0]): void {
    this.uniforms.captureMode.value = mode;
    this.uniforms.cutAway.value.set(cutAway[0], cutAway[1]);
  }
}
