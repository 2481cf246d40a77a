import type { FaceRenderer, PictureSize } from './face-renderer.ts';
import type { FaceScene } from './scene.ts';
import { faceView, projectLandmarks, VIEW_LANDMARKS, viewLandmarks } from './view-camera.ts';
import type { PersonView } from './view-sampling.ts';

export interface ViewPictureOptions extends PictureSize {
  /** Of the JPEG files, 0..1. */
  readonly quality: number;
}

/** A view as the page sends it: where the landmarks are, 0..1, and the JPEG file. */
export interface CapturedView {
  readonly landmarks: readonly number[];
  readonly jpeg: Uint8Array;
}

function jpegOf(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('the browser gives no JPEG'))), 'image/jpeg', quality);
  });
}

/**
 * Draws the views in turn.
 *
 * @returns for each view the length of its JPEG file and ten coordinates, little-endian 32-bit floats; then the files
 */
export async function captureViews(
  scene: FaceScene,
  renderer: FaceRenderer,
  views: readonly PersonView[],
  options: ViewPictureOptions,
): Promise<Blob> {
  const head: number[] = [];
  const files: Blob[] = [];
  for (const { person, pose, light } of views) {
    const assembled = await scene.assemble(person);
    const landmarks = viewLandmarks(scene.rig.shapes(person).posed);
    const view = faceView(landmarks, assembled.frame, pose);
    renderer.prepare(assembled, { light });
    renderer.frame.setView(view.viewProjection, view.eyePoint);
    const target = renderer.layerTarget(options);
    renderer.drawLight(assembled.meshes, target);
    const development = { kind: 'portrait', look: person.stylize, background: person.bg } as const;
    renderer.develop(target.textures[0], options, development);
    const file = await jpegOf(renderer.canvas, options.quality);
    head.push(file.size, ...projectLandmarks(landmarks, view));
    files.push(file);
  }
  return new Blob([Float32Array.from(head), ...files]);
}

/** Takes apart what `captureViews` made. */
export function readViews(bytes: Uint8Array, count: number): CapturedView[] {
  const numbers = 1 + VIEW_LANDMARKS * 2;
  const head = new Float32Array(Uint8Array.from(bytes.subarray(0, count * numbers * 4)).buffer);
  let at = head.byteLength;
  return Array.from({ length: count }, (_, i) => {
    const [size, ...landmarks] = head.subarray(i * numbers, (i + 1) * numbers);
    at += size;
    return { landmarks, jpeg: bytes.subarray(at - size, at) };
  });
}
