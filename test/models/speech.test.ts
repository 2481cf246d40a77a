import { type ModelSession, SpeechGate, SpeechWindow, VoiceActivity } from '@timbre/models';
import { expect, test } from 'vitest';
import { contract, createTensor, madeUpSession } from './made-up-models.ts';

/** Stands in for Silero: a block is speech if it is loud; the state counts blocks, so that mixed-up states show. */
function loudnessSession(calls: { context: number; state: number; length: number }[] = []): ModelSession {
  return madeUpSession(['input', 'state', 'sr'], ['output', 'stateN'], ({ input, state, sr }) => {
    expect((sr!.data as BigInt64Array)[0]).toBe(16_000n);
    const frame = input!.data as Float32Array;
    const count = (state!.data as Float32Array)[0]!;
    calls.push({ context: frame[0]!, state: count, length: frame.length });
    const loudest = frame.subarray(64).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    return {
      output: createTensor('float32', Float32Array.of(loudest), [1, 1]),
      stateN: createTensor('float32', new Float32Array(256).fill(count + 1), [2, 1, 128]),
    };
  });
}

test('blocks come out whole whatever pieces go in, each with the end of the block before it', async () => {
  const calls: { context: number; state: number; length: number }[] = [];
  const activity = VoiceActivity.create({ session: loudnessSession(calls), createTensor });
  const pcm = Float32Array.from({ length: 1600 }, (_, sample) => sample / 10_000);
  const blocks = [
    ...(await activity.push(pcm.subarray(0, 100))),
    ...(await activity.push(pcm.subarray(100, 1100))),
    ...(await activity.push(pcm.subarray(1100))),
  ];
  expect(blocks).toHaveLength(3);
  expect(blocks[1]!.pcm).toEqual(pcm.slice(512, 1024));
  expect(calls.map(({ state }) => state)).toEqual([0, 1, 2]);
  expect(calls.every(({ length }) => length === 576)).toBe(true);
  expect(calls[2]!.context).toBe(pcm[1024 - 64]);
});

test('calls that overlap are answered in their order', async () => {
  const activity = VoiceActivity.create({ session: loudnessSession(), createTensor });
  const results = await Promise.all([0.1, 0.2, 0.3].map((value) => activity.push(new Float32Array(512).fill(value))));
  expect(results.map(([block]) => block!.probability.toFixed(1))).toEqual(['0.1', '0.2', '0.3']);
});

test('after a reset nothing of the speaker before is left', async () => {
  const calls: { context: number; state: number; length: number }[] = [];
  const activity = VoiceActivity.create({ session: loudnessSession(calls), createTensor });
  await activity.push(new Float32Array(700).fill(0.9));
  activity.reset();
  const [block] = await activity.push(new Float32Array(512).fill(0.1));
  expect(block!.pcm).toEqual(new Float32Array(512).fill(0.1));
  expect(calls.at(-1)).toMatchObject({ state: 0, context: 0 });
});

test('a network that is not Silero’s is refused', () => {
  const session = madeUpSession(['input'], ['output'], () => ({}));
  expect(() => VoiceActivity.create({ session, createTensor })).toThrow(
    expect.objectContaining({ reason: 'wrong-tensors' }),
  );
});

test('the gate opens after two blocks of speech, holds over gaps and closes after the hangover', () => {
  const gate = new SpeechGate();
  const probabilities = [0.9, 0.1, 0.9, 0.9, 0.4, 0.1, 0.1, 0.4, 0.1, 0.1, 0.1, 0.1, 0.9];
  const voiced = probabilities.map((probability) => gate.push(probability));
  expect(voiced.map(Number).join('')).toBe('0001111111100');
});

test('the window keeps the newest six seconds, oldest sample first', () => {
  const window = new SpeechWindow(contract);
  for (let second = 0; second < 8; second += 1) window.push(new Float32Array(16_000).fill(second));
  expect(window.voicedMs).toBe(6000);
  const pcm = window.take();
  expect(pcm).toHaveLength(96_000);
  expect([pcm[0], pcm[16_000], pcm[95_999]]).toEqual([2, 3, 7]);
});

test('windows are whole numbers of steps, of the newest samples', () => {
  const window = new SpeechWindow(contract);
  window.push(new Float32Array(3000).fill(1));
  expect(window.take()).toHaveLength(0);
  window.push(new Float32Array(16_000).fill(2));
  expect(window.voicedMs).toBeCloseTo(1187.5, 6);
  expect(window.take()).toHaveLength(16_000);
  expect(window.take().every((sample) => sample === 2)).toBe(true);
});

test('a push longer than the window leaves its end', () => {
  const window = new SpeechWindow(contract);
  window.push(new Float32Array(5000).fill(9));
  window.push(Float32Array.from({ length: 100_000 }, (_, sample) => sample));
  const pcm = window.take();
  expect([pcm[0], pcm.at(-1)]).toEqual([4000, 99_999]);
});

test('a cleared window holds nothing', () => {
  const window = new SpeechWindow(contract);
  window.push(new Float32Array(32_000).fill(1));
  window.clear();
  expect(window.voicedMs).toBe(0);
  expect(window.take()).toHaveLength(0);
  window.push(new Float32Array(8000).fill(2));
  expect(window.take().every((sample) => sample === 2)).toBe(true);
});
