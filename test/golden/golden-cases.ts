/** Golden vectors of both networks (models/golden, written by models/training): one form for every runtime to be held to. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ModelContract, parseContract } from '@timbre/models';

export const modelsFolder = fileURLToPath(new URL('../../models/', import.meta.url));
export const contract: ModelContract = parseContract(readJson('contract.json'));

/** Python (whose export holds ONNX against PyTorch), Node and the browser must agree to this. */
export const TOLERANCE = 1e-3;

export interface GoldenCase {
  readonly name: string;
  /** File in models/weights. */
  readonly weights: string;
  readonly input: { readonly name: string; readonly dims: readonly number[]; readonly values: Float32Array };
  /** Names of the outputs that are compared. */
  readonly outputs: readonly string[];
  /** The largest absolute difference between a runtime's outputs and the golden ones. */
  readonly deviation: (outputs: Readonly<Record<string, Float32Array>>) => number;
}

export function goldenCases(): GoldenCase[] {
  return [...voiceCases(), ...faceCases()];
}

interface VoiceGolden {
  readonly clip: string;
  readonly cases: readonly { readonly samples: number; readonly code: number[]; readonly confidence: number }[];
}

function voiceCases(): GoldenCase[] {
  const { clip, cases } = readJson('golden/voice/golden.json') as VoiceGolden;
  const pcm = readFloats(`golden/voice/${clip}`);
  const { file, input, outputs } = contract.voiceEncoder;
  return cases.map(({ samples, code, confidence }) => ({
    name: `voice encoder, ${samples} samples`,
    weights: file,
    input: { name: input, dims: [1, samples], values: pcm.slice(0, samples) },
    outputs: [outputs.code, outputs.confidence],
    deviation: (given) =>
      Math.max(
        largestDifference(given[outputs.code]!, code),
        largestDifference(given[outputs.confidence]!, [confidence]),
      ),
  }));
}

interface FaceGolden {
  readonly codes: number;
  readonly restStep: number;
  readonly deltaStep: number;
  readonly texels: readonly number[];
  readonly arrays: Readonly<Record<string, { readonly offset: number; readonly shape: readonly number[] }>>;
}

function faceCases(): GoldenCase[] {
  const golden = readJson('golden/face/face-golden.json') as FaceGolden;
  const floats = readFloats('golden/face/face-golden.bin');
  const expected = (name: string) => {
    const { offset, shape } = golden.arrays[name]!;
    return floats.subarray(offset, offset + shape.reduce((product, size) => product * size, 1));
  };
  const { file, input, outputs, vertexCount, landmarkCount, expressions } = contract.faceDecoder;
  const points = vertexCount + landmarkCount;
  return Array.from({ length: golden.codes }, (_, place) => ({
    name: `face decoder, code ${place}`,
    weights: file,
    input: { name: input, dims: [1, 128], values: expected(`code${place}`).slice() },
    outputs: [outputs.skin, outputs.rest, outputs.deltas],
    deviation: (given) => {
      const skin = golden.texels.map((texel) => given[outputs.skin]![texel]!);
      const rest = everyNthPoint(given[outputs.rest]!, points, golden.restStep);
      const worst = [
        largestDifference(skin, expected(`skin${place}`)),
        largestDifference(rest, expected(`rest${place}`)),
      ];
      if (golden.arrays[`deltas${place}`]) {
        const deltas = expressions.flatMap((__, expression) =>
          everyNthPoint(
            given[outputs.deltas]!.subarray(3 * points * expression, 3 * points * (expression + 1)),
            points,
            golden.deltaStep,
          ),
        );
        worst.push(largestDifference(deltas, expected(`deltas${place}`)));
      }
      return Math.max(...worst);
    },
  }));
}

function everyNthPoint(values: Float32Array, points: number, step: number): number[] {
  return Array.from({ length: Math.ceil(points / step) }, (_, place) => [
    ...values.subarray(3 * step * place, 3 * step * place + 3),
  ]).flat();
}

function largestDifference(given: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (given.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let at = 0; at < given.length; at += 1) {
    const difference = Math.abs(given[at]! - expected[at]!);
    // NaN must not pass for agreement.
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(`${modelsFolder}${path}`, 'utf8'));
}

function readFloats(path: string): Float32Array {
  const bytes = readFileSync(`${modelsFolder}${path}`);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
