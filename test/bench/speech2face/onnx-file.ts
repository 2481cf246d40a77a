/** Writes an ONNX model whose weights lie in a second file beside it (onnx.proto3: external data), drawn as they are written. */
import { closeSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { float, integer, message, text } from './protobuf.ts';

const IR_VERSION = 8;
const OPSET = 17;
const FLOAT = 1;
const INT64 = 7;
const EXTERNAL = 1;
/** Types of AttributeProto. */
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;
/** Weights per write. */
const BLOCK = 1 << 20;

export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly integers?: Readonly<Record<string, number | readonly number[]>>;
}

/** A weight tensor; `next` gives its values in order and is called once for each. */
export interface OnnxWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly next: () => number;
}

/** A few integers that shape a node, stored in the graph itself. */
export interface OnnxShape {
  readonly name: string;
  readonly values: readonly number[];
}

export interface OnnxScalar {
  readonly name: string;
  readonly value: number;
}

export interface OnnxGraph {
  readonly name: string;
  readonly input: { readonly name: string; readonly shape: readonly (number | string)[] };
  readonly output: { readonly name: string; readonly shape: readonly (number | string)[] };
  readonly nodes: readonly OnnxNode[];
  readonly weights: readonly OnnxWeight[];
  readonly shapes: readonly OnnxShape[];
  readonly scalars: readonly OnnxScalar[];
}

/** Writes `path` and, beside it, `path` + `.weights`. The model's file comes last: where it exists, both are whole. */
export function writeOnnx(graph: OnnxGraph, path: string): void {
  const weightsPath = `${path}.weights`;
  const file = openSync(weightsPath, 'w');
  const tensors: Uint8Array[] = [];
  let offset = 0;
  try {
    for (const weight of graph.weights) {
      const length = writeWeight(file, weight);
      tensors.push(externalTensor(weight, basename(weightsPath), offset, length));
      offset += length;
    }
  } finally {
    closeSync(file);
  }
  for (const { name, values } of graph.shapes) tensors.push(int64Tensor(name, values));
  for (const { name, value } of graph.scalars) {
    tensors.push(message(5, integer(2, FLOAT), float(4, value), text(8, name)));
  }
  const model = [
    integer(1, IR_VERSION),
    message(
      7,
      ...graph.nodes.map(nodeMessage),
      text(2, graph.name),
      ...tensors,
      valueInfo(11, graph.input),
      valueInfo(12, graph.output),
    ),
    message(8, text(1, ''), integer(2, OPSET)),
  ];
  writeFileSync(`${path}.partial`, Buffer.concat(model));
  renameSync(`${path}.partial`, path);
}

/** Gives the bytes written. */
function writeWeight(file: number, { shape, next }: OnnxWeight): number {
  const count = shape.reduce((product, size) => product * size, 1);
  const block = new Float32Array(Math.min(BLOCK, count));
  for (let done = 0; done < count; done += block.length) {
    const part = block.subarray(0, Math.min(block.length, count - done));
    for (let index = 0; index < part.length; index += 1) part[index] = next();
    // ONNX stores little-endian values; so does every machine that Node runs on.
    writeSync(file, new Uint8Array(part.buffer, 0, part.byteLength));
  }
  return count * 4;
}

function externalTensor({ name, shape }: OnnxWeight, location: string, offset: number, length: number): Uint8Array {
  const entry = (key: string, value: string) => message(13, text(1, key), text(2, value));
  return message(
    5,
    ...shape.map((size) => integer(1, size)),
    integer(2, FLOAT),
    text(8, name),
    entry('location', location),
    entry('offset', String(offset)),
    entry('length', String(length)),
    integer(14, EXTERNAL),
  );
}

function int64Tensor(name: string, values: readonly number[]): Uint8Array {
  return message(5, integer(1, values.length), integer(2, INT64), ...values.map((v) => integer(7, v)), text(8, name));
}

function nodeMessage({ type, inputs, output, integers = {} }: OnnxNode): Uint8Array {
  const attributes = Object.entries(integers).map(([name, value]) =>
    typeof value === 'number'
      ? message(5, text(1, name), integer(3, value), integer(20, ATTRIBUTE_INT))
      : message(5, text(1, name), ...value.map((one) => integer(8, one)), integer(20, ATTRIBUTE_INTS)),
  );
  return message(
    1,
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(3, output),
    text(4, type),
    ...attributes,
  );
}

function valueInfo(field: number, { name, shape }: OnnxGraph['input']): Uint8Array {
  const sizes = shape.map((size) => message(1, typeof size === 'number' ? integer(1, size) : text(2, size)));
  return message(field, text(1, name), message(2, message(1, integer(1, FLOAT), message(2, ...sizes))));
}
