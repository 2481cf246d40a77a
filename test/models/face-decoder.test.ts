import {
  averageFaceCode,
  blendPuppets,
  EXPRESSIONS,
  FaceDecoder,
  type ModelSession,
  parseContract,
} from '@timbre/models';
import { expect, test } from 'vitest';
import { contract, contractJson, createTensor, madeUpSession } from './made-up-models.ts';

const POINTS = 23;
const TEXELS = 16;

/** Geometry that counts up; skin whose planes hold 0, 0.2, 0.4, 0.6, 0.8 plus the code's first number. */
function countingSession(codes: Float32Array[] = []): ModelSession {
  return madeUpSession(['code'], ['skin', 'rest', 'deltas'], ({ code }) => {
    const given = (code!.data as Float32Array).slice();
    codes.push(given);
    const skin = Float32Array.from({ length: 5 * TEXELS }, (_, at) => Math.floor(at / TEXELS) / 5 + given[0]!);
    skin[0] = 7;
    skin[TEXELS - 1] = -7;
    return {
      skin: createTensor('float32', skin, [1, 5, 4, 4]),
      rest: createTensor(
        'float32',
        Float32Array.from({ length: 3 * POINTS }, (_, at) => at),
        [1, POINTS, 3],
      ),
      deltas: createTensor(
        'float32',
        Float32Array.from({ length: 16 * 3 * POINTS }, (_, at) => at),
        [1, 16, POINTS, 3],
      ),
    };
  });
}

test('a code becomes geometry, one delta per expression and an opaque two-halved skin', async () => {
  const decoder = FaceDecoder.create({ contract, session: countingSession(), createTensor });
  const puppet = await decoder.decode(averageFaceCode());
  expect(puppet.rest).toHaveLength(3 * POINTS);
  expect(puppet.deltas.map(({ length }) => length)).toEqual(EXPRESSIONS.map(() => 3 * POINTS));
  expect(puppet.deltas[2]![5]).toBe(2 * 3 * POINTS + 5);
  expect(puppet.skin).toHaveLength(2 * TEXELS * 4);
  // Row 1, column 2: left half diffuse, right half highlight and coverage.
  const left = 4 * (8 + 2);
  expect([...puppet.skin.subarray(left, left + 4)]).toEqual([0, 51, 102, 255]);
  expect([...puppet.skin.subarray(left + 16, left + 20)]).toEqual([153, 204, 0, 255]);
});

test('skin beyond 0..1 is cut off, not wrapped', async () => {
  const decoder = FaceDecoder.create({ contract, session: countingSession(), createTensor });
  const { skin } = await decoder.decode(averageFaceCode());
  expect(skin[0]).toBe(255);
  expect(skin[4 * (3 * 8 + 3)]).toBe(0);
});

test('codes from outside the population are tamed before they reach the network', async () => {
  const codes: Float32Array[] = [];
  const decoder = FaceDecoder.create({ contract, session: countingSession(codes), createTensor });
  await decoder.decode(averageFaceCode().fill(100));
  expect(Math.max(...codes[0]!)).toBeLessThan(1.5);
});

test('a code of another length is refused', async () => {
  const decoder = FaceDecoder.create({ contract, session: countingSession(), createTensor });
  await expect(decoder.decode(new Float32Array(64))).rejects.toMatchObject({ reason: 'bad-input' });
});

test('a contract whose expressions come in another order is refused', () => {
  const other = parseContract(contractJson({ faceDecoder: { expressions: EXPRESSIONS.toReversed() } }));
  expect(() => FaceDecoder.create({ contract: other, session: countingSession(), createTensor })).toThrow(
    expect.objectContaining({ reason: 'bad-contract' }),
  );
});

test('puppets blend half way in geometry and skin, and only with their like', async () => {
  const decoder = FaceDecoder.create({ contract, session: countingSession(), createTensor });
  const a = await decoder.decode(averageFaceCode());
  const b = await decoder.decode(averageFaceCode().fill(0.2));
  const half = blendPuppets(a, b, 0.5);
  const texel = 4 * (8 + 2);
  expect(half.rest).toEqual(a.rest);
  expect(half.skin[texel + 1]).toBeCloseTo((a.skin[texel + 1]! + b.skin[texel + 1]!) / 2, -0.4);
  expect(() => blendPuppets(a, { ...b, textureSize: 8 }, 0.5)).toThrow(
    expect.objectContaining({ reason: 'bad-input' }),
  );
});
