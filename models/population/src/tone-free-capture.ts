import { Vector3 } from 'three';
import type { FaceRenderer, PictureSize } from './face-renderer.ts';
import type { PartLayer } from './part-mesh.ts';
import type { ExpressionWeights, Person } from './person.ts';
import { portraitView } from './portrait-camera.ts';
import type { AssembledPerson, FaceScene } from './scene.ts';
import { CAPTURE_MODE, type CaptureMode } from './shaders/capture-mode.ts';

/** Largest linear value of the layers D and H; they are stored as (x / range)^(1/2.2). */
export const LAYER_RANGE = { diffuse: 3, highlight: 0.8 } as const;

/** One drawing of a capture. A tone-free pass gives two pictures (D, H), a `developed` one gives one. */
export interface CapturePass extends PictureSize {
  readonly show: readonly PartLayer[];
  /** Default `toneFree`. */
  readonly mode?: keyof typeof CAPTURE_MODE;
  /** Developed for display on a transparent ground, instead of the layers D and H; default false. */
  readonly developed?: boolean;
  /** Hair behind this depth and below this height is left out; default none. */
  readonly cutAway?: readonly [z: number, y: number];
  /** Takes the lids' shadow off the eyes; default false. */
  readonly withoutLidShadow?: boolean;
  /** What is different from the captured person. */
  readonly person?: Partial<Person>;
}

/** Which vertices a capture projects, at rest and in every expression. */
export interface CaptureGeometry {
  /** Base vertices on the refined (drawn) surface. */
  readonly vertices: readonly number[];
  /** Base vertices on the coarse mesh: eyes, teeth and tongue, which are not refined. */
  readonly coarseVertices: readonly number[];
  readonly expressions: readonly ExpressionWeights[];
}

/** Draws the passes in turn; pictures are RGBA bytes, bottom row first, premultiplied. */
export async function capturePasses(
  scene: FaceScene,
  renderer: FaceRenderer,
  person: Person,
  passes: readonly CapturePass[],
): Promise<Uint8Array<ArrayBuffer>[]> {
  const pictures: Uint8Array<ArrayBuffer>[] = [];
  for (const pass of passes) {
    const assembled = await scene.assemble({ ...person, ...pass.person });
    pictures.push(...drawPass(renderer, assembled, pass));
  }
  return pictures;
}

function drawPass(renderer: FaceRenderer, assembled: AssembledPerson, pass: CapturePass): Uint8Array<ArrayBuffer>[] {
  const meshes = assembled.meshes.filter(({ layer }) => pass.show.includes(layer));
  if (pass.withoutLidShadow) for (const mesh of meshes) mesh.setAttribute('ao', openEyes(mesh.vertexCount));
  renderer.prepare(assembled);
  const usual = pass.developed ? 'portrait' : 'toneFree';
  const mode: CaptureMode = CAPTURE_MODE[pass.mode ?? usual];
  const target = renderer.layerTarget(pass);
  renderer.frame.setCapture(mode, pass.cutAway);
  renderer.drawLight(meshes, target);
  renderer.frame.setCapture(CAPTURE_MODE.portrait);
  const [diffuse, highlight] = target.textures;
  if (pass.developed) {
    renderer.develop(diffuse, pass, { kind: 'portrait', look: assembled.person.stylize, background: null });
    return [renderer.readPixels(pass.size)];
  }
  renderer.develop(diffuse, pass, { kind: 'layer', range: LAYER_RANGE.diffuse });
  const diffusePixels = renderer.readPixels(pass.size);
  renderer.develop(highlight, pass, { kind: 'layer', range: LAYER_RANGE.highlight });
  return [diffusePixels, renderer.readPixels(pass.size)];
}

function openEyes(vertexCount: number): Float32Array {
  return new Float32Array(vertexCount).fill(1);
}

/**
 * Projects vertices in frame units: x from the left edge and y from the top edge of the picture, both 0..1, and depth
 * in front of the head's joint in units of the picture's height.
 *
 * @returns [1 + expressions][vertices, then coarse vertices][x, y, z]; the first is the face at rest
 */
export function captureGeometry(
  scene: Pick<FaceScene, 'rig' | 'skin'>,
  person: Person,
  geometry: CaptureGeometry,
): Float32Array<ArrayBuffer> {
  const { vertices, coarseVertices, expressions } = geometry;
  const count = vertices.length + coarseVertices.length;
  const projected = new Float32Array((1 + expressions.length) * count * 3);
  const frame = scene.rig.frame(scene.rig.shapes(person).neutral);
  const { viewProjection, frameHeight } = portraitView(frame);
  const point = new Vector3();
  const put = (positions: Float32Array, vertex: number, at: number) => {
    point.fromArray(positions, vertex * 3);
    projected[at + 2] = (point.z - frame.z) / frameHeight;
    point.applyMatrix4(viewProjection);
    projected[at] = point.x * 0.5 + 0.5;
    projected[at + 1] = 0.5 - point.y * 0.5;
  };
  [{}, ...expressions].forEach((expression, e) => {
    const { posed } = scene.rig.shapes({ ...person, expr: addExpressions(person.expr, expression) });
    const refined = scene.skin.refine(posed, 3, vertices);
    const first = e * count;
    vertices.forEach((vertex, i) => {
      put(refined, vertex, (first + i) * 3);
    });
    coarseVertices.forEach((vertex, i) => {
      put(posed, vertex, (first + vertices.length + i) * 3);
    });
  });
  return projected;
}

function addExpressions(a: ExpressionWeights, b: ExpressionWeights): ExpressionWeights {
  const sum: Record<string, number> = { ...a };
  for (const [name, weight] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + weight;
  return sum;
}
