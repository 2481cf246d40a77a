import { Matrix4, PerspectiveCamera, Vector3 } from 'three';
import type { View } from './portrait-camera.ts';
import type { HeadFrame } from './rig.ts';

/** Where the camera stands; it looks at the middle of the face. Angles in radians. */
export interface ViewPose {
  /** Towards the person's left. */
  readonly yaw: number;
  /** Upwards. */
  readonly pitch: number;
  /** Of the camera about its axis. */
  readonly roll: number;
  /** In distances of the portrait camera. */
  readonly distance: number;
}

/**
 * Base vertices of the landmarks, from left to right in a frontal picture: both corners of one eye, of the other, the
 * tip of the nose, the corners of the mouth. Detectors give the same five points.
 */
const LANDMARK_VERTICES = [[66, 21], [3009, 2964], [2198], [432], [3351]] as const;
export const VIEW_LANDMARKS = LANDMARK_VERTICES.length;
const [LEFT_EYE, RIGHT_EYE, , LEFT_MOUTH, RIGHT_MOUTH] = [0, 1, 2, 3, 4] as const;

/** Height of a view in spans of the face; the aligned crop (`models/training/face_crop.py`) takes 3.65 of them. */
const SPANS = 4.4;
const PORTRAIT_DISTANCE = 1.52 / 2 / Math.tan((19 * Math.PI) / 360); // in heights of the head

/** Five landmarks on the coarse posed head, decimetres. */
export function viewLandmarks(posed: Float32Array): Vector3[] {
  return LANDMARK_VERTICES.map((vertices) => {
    const mean = new Vector3();
    for (const vertex of vertices)
      mean.addScaledVector(new Vector3().fromArray(posed, vertex * 3), 1 / vertices.length);
    return mean;
  });
}

/** Camera that fills the picture with the face, however large the head is. */
export function faceView(landmarks: readonly Vector3[], frame: HeadFrame, pose: ViewPose): View {
  const eyes = landmarks[LEFT_EYE].clone().add(landmarks[RIGHT_EYE]).divideScalar(2);
  const mouth = landmarks[LEFT_MOUTH].clone().add(landmarks[RIGHT_MOUTH]).divideScalar(2);
  const centre = eyes.clone().add(mouth).divideScalar(2);
  const span = (landmarks[LEFT_EYE].distanceTo(landmarks[RIGHT_EYE]) + eyes.distanceTo(mouth)) / 2;
  const frameHeight = SPANS * span;
  const distance = PORTRAIT_DISTANCE * frame.height * pose.distance;
  const camera = new PerspectiveCamera((2 * Math.atan(frameHeight / 2 / distance) * 180) / Math.PI, 1, 1, 90);
  const { yaw, pitch, roll } = pose;
  const towards = new Vector3(Math.sin(yaw) * Math.cos(pitch), Math.sin(pitch), Math.cos(yaw) * Math.cos(pitch));
  camera.position.copy(centre).addScaledVector(towards, distance);
  camera.up.set(Math.sin(roll), Math.cos(roll), 0);
  camera.lookAt(centre);
  camera.updateMatrixWorld(true);
  const viewProjection = new Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
  return { viewProjection, eyePoint: camera.position.clone(), frameHeight };
}

/** Places in the picture, 0..1 from its left and top edge: x, y of each landmark. */
export function projectLandmarks(landmarks: readonly Vector3[], { viewProjection }: View): number[] {
  return landmarks.flatMap((landmark) => {
    const { x, y } = landmark.clone().applyMatrix4(viewProjection);
    return [x * 0.5 + 0.5, 0.5 - y * 0.5];
  });
}
