import {
  averageFaceCode,
  blendFaceCodes,
  FACE_CODE_BYTES,
  type FaceCode,
  faceCodeDistance,
  faceCodeFromBytes,
  faceCodeToBytes,
  leanFaceCode,
  tameFaceCode,
} from '@timbre/models';
import { expect, test } from 'vitest';

/** Many magnitudes and both signs. */
function wavyCode(): FaceCode {
  return averageFaceCode().map((_, index) => Math.sin(index * 1.7) * 3 ** (3 - index / 8));
}

test('a code survives its 256 bytes to half precision', () => {
  const code = wavyCode();
  const bytes = faceCodeToBytes(code);
  expect(bytes).toHaveLength(FACE_CODE_BYTES);
  const back = faceCodeFromBytes(bytes);
  for (const [index, value] of code.entries()) {
    expect(Math.abs(back[index]! - value)).toBeLessThanOrEqual(Math.max(2 ** -25, Math.abs(value) * 2 ** -11));
  }
  expect(faceCodeToBytes(back)).toEqual(bytes);
});

test('bytes are IEEE 754 half precision, little-endian, rounded to even', () => {
  const code = averageFaceCode();
  code.set([1, -2, 0.1, 65504, 1e9, 2 ** -24, 2049, 2051]);
  const words = new Uint16Array(faceCodeToBytes(code).buffer);
  expect([...words.subarray(0, 8)]).toEqual([0x3c00, 0xc000, 0x2e66, 0x7bff, 0x7bff, 0x0001, 0x6800, 0x6802]);
});

test('bytes in the middle of a longer buffer are read where they are', () => {
  const longer = new Uint8Array(FACE_CODE_BYTES + 7);
  longer.set(faceCodeToBytes(wavyCode()), 3);
  expect(faceCodeFromBytes(longer.subarray(3, 3 + FACE_CODE_BYTES))).toEqual(
    faceCodeFromBytes(faceCodeToBytes(wavyCode())),
  );
});

test('bytes of another length, and infinities, are refused', () => {
  expect(() => faceCodeFromBytes(new Uint8Array(255))).toThrow(expect.objectContaining({ reason: 'bad-input' }));
  const infinite = faceCodeToBytes(averageFaceCode());
  infinite[1] = 0x7c;
  expect(() => faceCodeFromBytes(infinite)).toThrow(expect.objectContaining({ reason: 'bad-input' }));
});

test('distance is 0 to oneself and grows with what differs', () => {
  const code = wavyCode();
  expect(faceCodeDistance(code, code)).toBe(0);
  expect(faceCodeDistance(averageFaceCode(), averageFaceCode().fill(2))).toBeCloseTo(2, 6);
});

test('leaning scales towards the average face by the confidence', () => {
  const code = wavyCode();
  expect(faceCodeDistance(leanFaceCode(code, 0), averageFaceCode())).toBe(0);
  expect(leanFaceCode(code, 1)).toEqual(code);
  expect(leanFaceCode(code, 0.5)[0]).toBeCloseTo(code[0]! / 2, 5);
  expect(leanFaceCode(code, 7)).toEqual(code);
});

test('a blend goes from one face to the other', () => {
  const code = wavyCode();
  expect(blendFaceCodes(averageFaceCode(), code, 0)).toEqual(averageFaceCode());
  expect(blendFaceCodes(averageFaceCode(), code, 1)).toEqual(code);
});

test('taming leaves faces of the population alone and brings others to its edge', () => {
  const ordinary = averageFaceCode().map((_, index) => Math.sin(index));
  expect(tameFaceCode(ordinary)).toEqual(ordinary);
  const wild = tameFaceCode(averageFaceCode().fill(40));
  expect(faceCodeDistance(wild, averageFaceCode())).toBeCloseTo(1.4, 4);
  expect(tameFaceCode(averageFaceCode().fill(Number.NaN))).toEqual(averageFaceCode());
});
