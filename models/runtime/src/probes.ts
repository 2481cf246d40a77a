/**
 * Probes read traits back from a face code; they were fitted on the synthetic population. They are for reports,
 * measurements and the cartoon, which has no decoder. No style may depend on them.
 */
import { ModelError } from './errors.ts';
import { FACE_CODE_LENGTH, type FaceCode } from './face-code.ts';
import { JsonReader } from './json-reader.ts';

/** How wide and long a face is and how wide its nose, as it lies in the picture. */
export const FACE_SHAPES = ['faceWidth', 'faceLength', 'noseWidth'] as const;
export type FaceShape = (typeof FACE_SHAPES)[number];

export interface Probes {
  /** How the face will be seen: above 0 masculine, below 0 feminine, about -1..1. */
  readPresentation(code: FaceCode): number;
  /** The face's apparent age, within the ages of the population. */
  readAgeYears(code: FaceCode): number;
  /** In deviations of the population: 0 is average, 1 is what one face in six exceeds. */
  readShape(shape: FaceShape, code: FaceCode): number;
}

/** Reads models/weights/probes.json (already parsed as JSON): linear probes. Throws ModelError `bad-probes`. */
export function parseProbes(json: unknown): Probes {
  const probes = new JsonReader(json, ModelError.badProbes);
  const age = probes.object('ageYears');
  const readAge = linearProbe(age);
  const [min, max] = [age.number('min'), age.number('max')];
  const shapes = probes.object('shape');
  const readShape = Object.fromEntries(FACE_SHAPES.map((shape) => [shape, linearProbe(shapes.object(shape))]));
  return {
    readPresentation: linearProbe(probes.object('presentation')),
    readAgeYears: (code) => Math.min(max, Math.max(min, readAge(code))),
    readShape: (shape, code) => readShape[shape]!(code),
  };
}

function linearProbe(probe: JsonReader): (code: FaceCode) => number {
  const weights = probe.numbers('weights', FACE_CODE_LENGTH);
  const bias = probe.number('bias');
  return (code) => weights.reduce((sum, weight, index) => sum + weight * (code[index] ?? 0), bias);
}
