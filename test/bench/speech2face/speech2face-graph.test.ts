import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, expect, test } from 'vitest';
import { writeOnnx } from './onnx-file.ts';
import { drawNumbers, readTable, slimmed, speech2FaceGraph } from './speech2face-graph.ts';

const GOLDEN = new URL('../../../models/golden/speech2face-golden.json', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'timbre-speech2face-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the slim baseline gives the features that PyTorch gives', async () => {
  const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as { slimmedBy: number; features: number[] };
  const table = slimmed(readTable(), golden.slimmedBy);
  const path = join(folder, 'slim.onnx');
  writeOnnx(speech2FaceGraph(table), path);
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1 });
  const draw = drawNumbers(7);
  const pcm = Float32Array.from({ length: table.samples }, () => 0.5 * draw());
  const twice = new Float32Array([...pcm, ...pcm]);
  const { features } = await session.run({ pcm: new Tensor('float32', twice, [2, table.samples]) });
  await session.release();
  expect(features?.dims).toEqual([2, golden.features.length]);
  const values = features?.data as Float32Array;
  for (const row of [0, 1]) {
    const own = values.subarray(row * golden.features.length, (row + 1) * golden.features.length);
    const worst = Math.max(...golden.features.map((value, index) => Math.abs(value - own[index]!)));
    expect(worst).toBeLessThan(2e-3);
  }
});

test('the full baseline has 148.1 million parameters, random weights and biases counted as in the paper', () => {
  const { weights } = speech2FaceGraph(readTable());
  const learnt = weights.filter(({ name }) => name !== 'dft');
  const stored = learnt.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  const biases = learnt.reduce((sum, { shape }) => sum + shape[0]!, 0);
  expect((stored + biases) / 1e6).toBeCloseTo(148.1, 1);
});
