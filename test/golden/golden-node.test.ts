process.env.ORT_DISABLE_TELEMETRY = '1';

import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { contract, goldenCases, modelsFolder, TOLERANCE } from './golden-cases.ts';

const sessions = new Map<string, Promise<InferenceSession>>();
function sessionOf(weights: string): Promise<InferenceSession> {
  const session = sessions.get(weights) ?? InferenceSession.create(`${modelsFolder}weights/${weights}`);
  sessions.set(weights, session);
  return session;
}

test.each(goldenCases())(
  'onnxruntime-node computes the golden vectors: $name',
  async ({ weights, input, outputs, deviation }) => {
    const session = await sessionOf(weights);
    const given = await session.run({ [input.name]: new Tensor('float32', input.values, input.dims) });
    const values = Object.fromEntries(outputs.map((name) => [name, given[name]!.data as Float32Array]));
    expect(deviation(values)).toBeLessThanOrEqual(TOLERANCE);
  },
);

test('a batch gives the same codes as its windows one by one', async () => {
  const session = await sessionOf(contract.voiceEncoder.file);
  const [{ input, outputs }] = goldenCases() as [ReturnType<typeof goldenCases>[number]];
  const samples = input.values.length;
  const louder = input.values.map((sample) => sample / 2);
  const pair = new Float32Array(2 * samples);
  pair.set(input.values);
  pair.set(louder, samples);
  const both = await session.run({ [input.name]: new Tensor('float32', pair, [2, samples]) });
  for (const [row, values] of [input.values, louder].entries()) {
    const alone = await session.run({ [input.name]: new Tensor('float32', values, [1, samples]) });
    const code = alone[outputs[0]!]!.data as Float32Array;
    const batched = (both[outputs[0]!]!.data as Float32Array).subarray(128 * row, 128 * (row + 1));
    for (const [at, value] of code.entries()) expect(Math.abs(batched[at]! - value)).toBeLessThanOrEqual(TOLERANCE);
  }
});
