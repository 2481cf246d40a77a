/**
 * The original Speech2Face voice encoder as an ONNX graph with random weights, from the layer table of the training code
 * (models/training/speech2face.py is the same network in PyTorch; a golden vector holds the two together).
 *
 * As any deployment would, batch norms are folded into the layer after them: nothing is padded, so that is exact, and the
 * graph has none. The spectrogram is inside, as it is in our encoder: both start from 6 s of PCM.
 */
import { readFileSync } from 'node:fs';
import type { OnnxGraph, OnnxNode, OnnxScalar, OnnxShape, OnnxWeight } from './onnx-file.ts';

interface Convolution {
  readonly channels: number;
  readonly stride: number;
  /** The maximum of every two times is taken afterwards. */
  readonly pooled: boolean;
}

/** The layer table. Lengths in samples at `sampleRate` Hz. */
export interface Speech2FaceTable {
  readonly sampleRate: number;
  readonly samples: number;
  readonly windowSamples: number;
  readonly hopSamples: number;
  readonly fftLength: number;
  readonly exponent: number;
  readonly kernel: number;
  readonly convolutions: readonly Convolution[];
  readonly features: readonly number[];
}

const TABLE = new URL('../../../models/training/config/speech2face.json', import.meta.url);

export function readTable(): Speech2FaceTable {
  return JSON.parse(readFileSync(TABLE, 'utf8')) as Speech2FaceTable;
}

/** The same layers with `by` times fewer channels and features. */
export function slimmed(table: Speech2FaceTable, by: number): Speech2FaceTable {
  const convolutions = table.convolutions.map((layer) => ({ ...layer, channels: layer.channels / by }));
  return { ...table, convolutions, features: table.features.map((count) => count / by) };
}

/** Uniform numbers in -1..1, the same in every language (Numerical Recipes' 32-bit congruence). */
export function drawNumbers(state = 1): () => number {
  let now = state;
  return () => {
    now = (Math.imul(1_664_525, now) + 1_013_904_223) >>> 0;
    return now / 2 ** 31 - 1;
  };
}

/** `pcm` [batch, samples] in, `features` [batch, 4096] out. Weights as draw_weights in speech2face.py. */
export function speech2FaceGraph(table: Speech2FaceTable): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const weights: OnnxWeight[] = [];
  const shapes: OnnxShape[] = [];
  const scalars: OnnxScalar[] = [];
  const add = (node: OnnxNode) => {
    nodes.push(node);
    return node.output;
  };
  const draw = drawNumbers();
  const weight = (name: string, shape: readonly number[]) => {
    const inputs = shape.slice(1).reduce((product, size) => product * size, 1);
    const bound = Math.sqrt(6 / inputs);
    weights.push({ name, shape, next: () => bound * draw() });
    return name;
  };

  const frames = 1 + Math.floor((table.samples - table.windowSamples) / table.hopSamples);
  let channels = 2;
  let times = frames;
  let bins = table.fftLength / 2 + 1;

  shapes.push({ name: 'one', values: [1] }, { name: 'parts', values: [0, channels, bins, frames] });
  scalars.push({ name: 'exponent', value: table.exponent });
  weights.push({ name: 'dft', shape: [2 * bins, 1, table.windowSamples], next: dftKernels(table, bins) });
  add({ type: 'Unsqueeze', inputs: ['pcm', 'one'], output: 'line' });
  add({ type: 'Conv', inputs: ['line', 'dft'], output: 'dft.out', integers: { strides: [table.hopSamples] } });
  add({ type: 'Reshape', inputs: ['dft.out', 'parts'], output: 'dft.parts' });
  add({ type: 'Transpose', inputs: ['dft.parts'], output: 'spectrum', integers: { perm: [0, 1, 3, 2] } });
  add({ type: 'Abs', inputs: ['spectrum'], output: 'magnitude' });
  add({ type: 'Pow', inputs: ['magnitude', 'exponent'], output: 'compressed' });
  add({ type: 'Sign', inputs: ['spectrum'], output: 'sign' });
  let now = add({ type: 'Mul', inputs: ['compressed', 'sign'], output: 'spectrogram' });

  for (const [index, layer] of table.convolutions.entries()) {
    const name = `conv${index}`;
    const { kernel } = table;
    const kernels = weight(`${name}.weight`, [layer.channels, channels, kernel, kernel]);
    const strides = [layer.stride, layer.stride];
    now = add({ type: 'Conv', inputs: [now, kernels], output: name, integers: { strides } });
    channels = layer.channels;
    times = Math.floor((times - kernel) / layer.stride) + 1;
    bins = Math.floor((bins - kernel) / layer.stride) + 1;
    if (index === table.convolutions.length - 1) {
      now = add({ type: 'ReduceMean', inputs: [now], output: 'mean', integers: { axes: [2], keepdims: 0 } });
      times = 1;
    }
    now = add({ type: 'Relu', inputs: [now], output: `${name}.relu` });
    if (layer.pooled) {
      const integers = { kernel_shape: [2, 1], strides: [2, 1] };
      now = add({ type: 'MaxPool', inputs: [now], output: `${name}.pool`, integers });
      times = Math.floor(times / 2);
    }
  }

  now = add({ type: 'Flatten', inputs: [now], output: 'flat', integers: { axis: 1 } });
  let width = channels * times * bins;
  for (const [index, count] of table.features.entries()) {
    const isLast = index === table.features.length - 1;
    const matrix = weight(`linear${index}.weight`, [count, width]);
    const output = isLast ? 'features' : `linear${index}`;
    now = add({ type: 'Gemm', inputs: [now, matrix], output, integers: { transB: 1 } });
    if (!isLast) now = add({ type: 'Relu', inputs: [now], output: `linear${index}.relu` });
    width = count;
  }
  return {
    name: 'speech2face',
    input: { name: 'pcm', shape: ['batch', table.samples] },
    output: { name: 'features', shape: ['batch', width] },
    nodes,
    weights,
    shapes,
    scalars,
  };
}

/** Windowed cosines, then negative sines, [2 * bins, window] in order: a convolution with them is a short-time DFT. */
function dftKernels({ windowSamples, fftLength }: Speech2FaceTable, bins: number): () => number {
  let place = 0;
  return () => {
    const row = Math.floor(place / windowSamples);
    const sample = place % windowSamples;
    place += 1;
    const phase = (2 * Math.PI * (((row % bins) * sample) % fftLength)) / fftLength;
    const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * sample) / windowSamples);
    return hann * (row < bins ? Math.cos(phase) : -Math.sin(phase));
  };
}
