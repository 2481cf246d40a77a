import { Matrix4, OrthographicCamera, PerspectiveCamera, Vector3 } from 'three';
import type { HeadFrame } from './rig.ts';

/** How a head is seen. */
export interface ViewOptions {
  /** Height of the picture in heads, default 1.52. */
  readonly zoom?: number;
  /** Room above the head in heads, default 0.235. */
  readonly headroom?: number;
  /** Turn of the camera round the head, radians, default 0. */
  readonly yaw?: number;
  /** Rise of the camera, as a share of its distance, default 0. */
  readonly pitch?: number;
}

/** A camera's matrix and place. */
export interface View {
  readonly viewProjection: Matrix4;
  readonly eyePoint: Vector3;
  /** Height of the picture at the head, decimetres: one frame unit. */
  readonly frameHeight: number;
}

const FIELD_OF_VIEW_DEGREES = 19;
/** The camera looks at a point this far in front of the head's joint, and stands a little above it. */
const TARGET_DEPTH = 0.55;
const RISE = 0.25;

export function portraitView(frame: HeadFrame, options: ViewOptions = {}): View {
  const { zoom = 1.52, headroom = 0.235, yaw = 0, pitch = 0 } = options;
  const frameHeight = frame.height * zoom;
  const middleY = frame.top + headroom * frame.height - frameHeight / 2;
  const distance = frameHeight / 2 / Math.tan((FIELD_OF_VIEW_DEGREES * Math.PI) / 360);
  const target = new Vector3(0, middleY, frame.z + TARGET_DEPTH);
  const camera = new PerspectiveCamera(FIELD_OF_VIEW_DEGREES, 1, 1, 60);
  camera.position.set(Math.sin(yaw) * distance, middleY + RISE + pitch * distance, target.z + Math.cos(yaw) * distance);
  camera.lookAt(target);
  camera.updateMatrixWorld(true);
  const viewProjection = new Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
  return { viewProjection, eyePoint: camera.position.clone(), frameHeight };
}

/** The key light's view of head and shoulders, for the shadow map. */
export function shadowView(frame: HeadFrame, keyDirection: Vector3): Matrix4 {
  const halfSize = 2.6;
  const depth = 4.5;
  const centre = new Vector3(0, frame.top - 1.35, frame.z + 0.2);
  const camera = new OrthographicCamera(-halfSize, halfSize, halfSize, -halfSize, 0, depth * 2);
  camera.position.copy(centre).addScaledVector(keyDirection, depth);
  camera.lookAt(centre);
  camera.updateMatrixWorld(true);
  return new Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
}
