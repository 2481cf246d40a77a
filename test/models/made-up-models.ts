/** A small contract and inference sessions that compute something simple and real, so that wrappers can be checked. */
import { EXPRESSIONS, type ModelContract, type ModelSession, parseContract } from '@timbre/models';
import { Tensor } from 'onnxruntime-common';

export const createTensor = (
  type: 'float32' | 'int64',
  values: Float32Array | BigInt64Array,
  dims: readonly number[],
): Tensor => new Tensor(type, values as Float32Array, dims);

/** Contract JSON; `change` overwrites members of its parts. */
export function contractJson(change: { voiceEncoder?: object; faceDecoder?: object; version?: unknown } = {}): object {
  return {
    version: change.version ?? 1,
    voiceEncoder: {
      file: 'voice-encoder.onnx',
      sha256: 'aa',
      input: 'pcm',
      outputs: { code: 'code', confidence: 'confidence' },
      sampleRate: 16_000,
      windowMs: 6000,
      minimumMs: 1000,
      settledMs: 3000,
      stepMs: 500,
      codeLength: 128,
      ...change.voiceEncoder,
    },
    faceDecoder: {
      file: 'face-decoder.onnx',
      sha256: 'bb',
      input: 'code',
      outputs: { skin: 'skin', rest: 'rest', deltas: 'deltas' },
      textureSize: 4,
      skinChannels: 5,
      vertexCount: 3,
      landmarkCount: 20,
      expressions: [...EXPRESSIONS],
      ...change.faceDecoder,
    },
    probes: { file: 'probes.json', sha256: 'cc' },
  };
}

export const contract: ModelContract = parseContract(contractJson());

/** A session without metadata, as some back ends give; `compute` gets the feeds. */
export function madeUpSession(
  inputNames: readonly string[],
  outputNames: readonly string[],
  compute: (feeds: Readonly<Record<string, Tensor>>) => Record<string, Tensor>,
): ModelSession {
  return { inputNames, outputNames, run: async (feeds) => compute(feeds) };
}

/** Codes are 128 times the mean of a row's samples, confidence is its loudest sample; tells the batches it was given. */
export function meanEncoderSession(batches: (readonly number[])[] = []): ModelSession {
  return madeUpSession(['pcm'], ['code', 'confidence'], ({ pcm }) => {
    const [rows = 0, length = 0] = pcm!.dims;
    const samples = pcm!.data as Float32Array;
    batches.push(pcm!.dims);
    const code = new Float32Array(rows * 128);
    const confidence = new Float32Array(rows);
    for (let row = 0; row < rows; row += 1) {
      const window = samples.subarray(row * length, (row + 1) * length);
      code.fill(window.reduce((sum, sample) => sum + sample, 0) / length, row * 128, (row + 1) * 128);
      confidence[row] = window.reduce((most, sample) => Math.max(most, sample), 0);
    }
    return {
      code: new Tensor('float32', code, [rows, 128]),
      confidence: new Tensor('float32', confidence, [rows]),
    };
  });
}
