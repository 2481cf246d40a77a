/** What we need of an ONNX Runtime session: onnxruntime-node and onnxruntime-web both give one, tests give their own. */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { ModelError } from './errors.ts';

export interface ModelSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Names, types and sizes; checked where the runtime tells them. */
  readonly inputMetadata?: readonly InferenceSession.ValueMetadata[];
  readonly outputMetadata?: readonly InferenceSession.ValueMetadata[];
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}

/** Makes a tensor of the runtime that the session belongs to: `(type, values, dims) => new ort.Tensor(type, values, dims)`. */
export type CreateTensor = (
  type: 'float32' | 'int64',
  values: Float32Array | BigInt64Array,
  dims: readonly number[],
) => Tensor;

/** A size per dimension; undefined where any will do. */
export type Dims = readonly (number | undefined)[];

/**
 * Checks once, at load, that a session has the tensors it should have. Throws ModelError `wrong-tensors`, so that weights
 * of another generation are refused before they draw nonsense.
 */
export function checkTensors(
  session: ModelSession,
  inputs: Readonly<Record<string, Dims>>,
  outputs: Readonly<Record<string, Dims>>,
): void {
  checkSide('input', session.inputNames, session.inputMetadata, inputs);
  checkSide('output', session.outputNames, session.outputMetadata, outputs);
}

function checkSide(
  side: string,
  names: readonly string[],
  metadata: readonly InferenceSession.ValueMetadata[] | undefined,
  expected: Readonly<Record<string, Dims>>,
): void {
  for (const [name, dims] of Object.entries(expected)) {
    if (!names.includes(name)) throw ModelError.wrongTensors(`no ${side} '${name}' (it has ${names.join(', ')})`);
    const told = metadata?.find((value) => value.name === name);
    if (!told) continue;
    if (!told.isTensor) throw ModelError.wrongTensors(`${side} '${name}' is no tensor`);
    // An empty shape means that the runtime doesn't know it; a dimension given by name may have any size.
    if (told.shape.length === 0) continue;
    const fits =
      told.shape.length === dims.length &&
      dims.every(
        (size, axis) => size === undefined || typeof told.shape[axis] !== 'number' || told.shape[axis] === size,
      );
    if (!fits) {
      const wanted = dims.map((size) => size ?? 'any').join(' x ');
      throw ModelError.wrongTensors(`${side} '${name}' is ${told.shape.join(' x ')} instead of ${wanted}`);
    }
  }
}

/** The float32 values of an output. Throws ModelError `wrong-tensors` if it is missing or has another length. */
export function floatOutput(outputs: Readonly<Record<string, Tensor>>, name: string, length: number): Float32Array {
  const values = outputs[name]?.data;
  if (!(values instanceof Float32Array)) throw ModelError.wrongTensors(`output '${name}' gave no float32 values`);
  if (values.length !== length) {
    throw ModelError.wrongTensors(`output '${name}' gave ${values.length} values instead of ${length}`);
  }
  return values;
}
