/**
 * Probes read two traits back from a face code; they were fitted on the synthetic population. They are for reports and
 * measurements: no style and no drawing may depend on them.
 */
import { ModelError } from './errors.ts';
import { FACE_CODE_LENGTH, type FaceCode } from './face-code.ts';
import { JsonReader } from './json-reader.ts';

export interface Probes {
  /** How the face will be seen: above 0 masculine, below 0 feminine, about -1..1. */
  readPresentation(code: FaceCode): number;
  /** The face's apparent age, within the ages of the population. */
  readAgeYears(code: FaceCode): number;
}

/** Reads models/weights/probes.json (already parsed as JSON): linear probes. Throws ModelError `bad-probes`. */
export function parseProbes(json: unknown): Probes {
  const probes = new JsonReader(json, ModelError.badProbes);
  const age = probes.object('ageYears');
  const readAge = linearProbe(age);
  const [min, max] = [age.number('min'), age.number('max')];
  return {
    readPresentation: linearProbe(probes.object('presentation')),
    readAgeYears: (code) => Math.min(max, Math.max(min, readAge(code))),
  };
}

function linearProbe(probe: JsonReader): (code: FaceCode) => number {
  const weights = probe.numbers('weights', FACE_CODE_LENGTH);
  const bias = probe.number('bias');
  return (code) => weights.reduce((sum, weight, index) => sum + weight * (code[index] ?? 0), bias);
}
