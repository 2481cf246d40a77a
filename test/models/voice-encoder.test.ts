import { VoiceEncoder } from '@timbre/models';
import { expect, test } from 'vitest';
import { contract, createTensor, madeUpSession, meanEncoderSession } from './made-up-models.ts';

const window = (samples: number, value: number) => new Float32Array(samples).fill(value);

test('windows of equal length go through the network as one batch, and readings keep the order given', async () => {
  const batches: (readonly number[])[] = [];
  const encoder = VoiceEncoder.create({ contract, session: meanEncoderSession(batches), createTensor });
  const readings = await encoder.encode([
    window(16_000, 0.1),
    window(48_000, 0.2),
    window(16_000, 0.3),
    window(48_000, 0.4),
    window(96_000, 0.5),
  ]);
  expect(batches).toEqual([
    [2, 16_000],
    [2, 48_000],
    [1, 96_000],
  ]);
  expect(readings.map(({ code }) => code[127]!.toFixed(2))).toEqual(['0.10', '0.20', '0.30', '0.40', '0.50']);
  expect(readings.map(({ code }) => code.length)).toEqual([128, 128, 128, 128, 128]);
  expect(readings[3]!.confidence).toBeCloseTo(0.4, 5);
});

test('confidence stays between 0 and 1 whatever the network says', async () => {
  const encoder = VoiceEncoder.create({ contract, session: meanEncoderSession(), createTensor });
  const [reading] = await encoder.encode([window(16_000, 3)]);
  expect(reading!.confidence).toBe(1);
});

test('a network that overflows gives the average face without any confidence', async () => {
  const session = madeUpSession(['pcm'], ['code', 'confidence'], () => ({
    code: createTensor('float32', new Float32Array(256).fill(0.5).fill(Number.NaN, 7, 8), [2, 128]),
    confidence: createTensor('float32', Float32Array.of(0.9, Number.NaN), [2]),
  }));
  const encoder = VoiceEncoder.create({ contract, session, createTensor });
  const [overflown, unsure] = await encoder.encode([window(16_000, 0.1), window(16_000, 0.2)]);
  expect(overflown).toEqual({ code: new Float32Array(128), confidence: 0 });
  expect(unsure).toEqual({ code: new Float32Array(128).fill(0.5), confidence: 0 });
});

test('what was put together for a batch is zeroed, also when the network fails', async () => {
  const given: Float32Array[] = [];
  const session = madeUpSession(['pcm'], ['code', 'confidence'], ({ pcm }) => {
    given.push(pcm!.data as Float32Array);
    throw new Error('out of memory');
  });
  const encoder = VoiceEncoder.create({ contract, session, createTensor });
  await expect(encoder.encode([window(16_000, 0.7)])).rejects.toThrow('out of memory');
  expect(given[0]!.every((sample) => sample === 0)).toBe(true);
});

test('codes are copies: the next batch does not overwrite them', async () => {
  const encoder = VoiceEncoder.create({ contract, session: meanEncoderSession(), createTensor });
  const [first] = await encoder.encode([window(16_000, 0.5)]);
  await encoder.encode([window(16_000, 0.25)]);
  expect(first!.code[0]).toBe(0.5);
});

test.each([15_999, 96_001, 0])('a window of %i samples is refused', async (samples) => {
  const encoder = VoiceEncoder.create({ contract, session: meanEncoderSession(), createTensor });
  await expect(encoder.encode([window(samples, 0)])).rejects.toMatchObject({ reason: 'bad-input' });
});

test('no windows give no readings', async () => {
  const encoder = VoiceEncoder.create({ contract, session: meanEncoderSession(), createTensor });
  expect(await encoder.encode([])).toEqual([]);
});

test('a network whose answer has another size is refused', async () => {
  const session = madeUpSession(['pcm'], ['code', 'confidence'], () => ({
    code: createTensor('float32', new Float32Array(64), [1, 64]),
    confidence: createTensor('float32', new Float32Array(1), [1]),
  }));
  const encoder = VoiceEncoder.create({ contract, session, createTensor });
  await expect(encoder.encode([window(16_000, 0)])).rejects.toMatchObject({ reason: 'wrong-tensors' });
});
