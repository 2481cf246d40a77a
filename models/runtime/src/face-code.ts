/**
 * A face code: 128 numbers with unit variance over the population, of which a face is decoded. It describes an imagined
 * face; it is not made to tell who speaks. The zero code is the average face.
 */
import { ModelError } from './errors.ts';

export type FaceCode = Float32Array;

export const FACE_CODE_LENGTH = 128;
/** Half-precision: 2 bytes a number. */
export const FACE_CODE_BYTES = 2 * FACE_CODE_LENGTH;

/** The average face of the population: all zeros. */
export function averageFaceCode(): FaceCode {
  return new Float32Array(FACE_CODE_LENGTH);
}

/** 256 bytes: 128 float16, little-endian. Values beyond what float16 holds (65,504) are clamped. Throws `bad-input`. */
export function faceCodeToBytes(code: FaceCode): Uint8Array {
  checkLength(code);
  const view = new DataView(new ArrayBuffer(FACE_CODE_BYTES));
  for (let index = 0; index < FACE_CODE_LENGTH; index += 1) view.setUint16(2 * index, toHalf(code[index]!), true);
  return new Uint8Array(view.buffer);
}

/** The inverse of `faceCodeToBytes`. Throws ModelError `bad-input` for other lengths and for values that are no numbers. */
export function faceCodeFromBytes(bytes: Uint8Array): FaceCode {
  if (bytes.byteLength !== FACE_CODE_BYTES) {
    throw ModelError.badInput(`a face code has ${FACE_CODE_BYTES} bytes, these are ${bytes.byteLength}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const code = new Float32Array(FACE_CODE_LENGTH);
  for (let index = 0; index < FACE_CODE_LENGTH; index += 1) {
    const value = fromHalf(view.getUint16(2 * index, true));
    if (!Number.isFinite(value)) throw ModelError.badInput(`number ${index} of the face code is not finite`);
    code[index] = value;
  }
  return code;
}

/** The face between `a` (t = 0) and `b` (t = 1). */
export function blendFaceCodes(a: FaceCode, b: FaceCode, t: number): FaceCode {
  checkLength(a);
  checkLength(b);
  return a.map((value, index) => value + t * (b[index]! - value));
}

/**
 * Scales a code towards the average face, as far as the voice left doubt: an unsure code must not draw a decided face.
 * `confidence` 0..1: 0 gives the average face, 1 the code itself.
 */
export function leanFaceCode(code: FaceCode, confidence: number): FaceCode {
  checkLength(code);
  const weight = Math.min(1, Math.max(0, confidence));
  return code.map((value) => value * weight);
}

/** Beyond these a code lies outside the population, and a decoder draws monsters. */
const HIGHEST_VALUE = 3.5;
const HIGHEST_ROOT_MEAN_SQUARE = 1.4;

/** The nearest code of the same direction that still is a face of the population; most codes come back as they are. */
export function tameFaceCode(code: FaceCode): FaceCode {
  checkLength(code);
  const clamped = code.map((value) => Math.min(HIGHEST_VALUE, Math.max(-HIGHEST_VALUE, value || 0)));
  const size = faceCodeDistance(clamped, averageFaceCode());
  return size <= HIGHEST_ROOT_MEAN_SQUARE ? clamped : clamped.map((value) => (value * HIGHEST_ROOT_MEAN_SQUARE) / size);
}

/** Root mean square difference; about 1.4 between two people drawn at random, 0 for the same code. */
export function faceCodeDistance(a: FaceCode, b: FaceCode): number {
  checkLength(a);
  checkLength(b);
  let sum = 0;
  for (let index = 0; index < FACE_CODE_LENGTH; index += 1) sum += (a[index]! - b[index]!) ** 2;
  return Math.sqrt(sum / FACE_CODE_LENGTH);
}

function checkLength(code: FaceCode): void {
  if (code.length !== FACE_CODE_LENGTH) {
    throw ModelError.badInput(`a face code has ${FACE_CODE_LENGTH} numbers, this one ${code.length}`);
  }
}

const scratch = new DataView(new ArrayBuffer(4));

/** IEEE 754 binary32 to binary16, round to nearest even. (Float16Array is not in every browser of 2026.) */
function toHalf(value: number): number {
  const clamped = Math.min(65504, Math.max(-65504, Number.isNaN(value) ? 0 : value));
  scratch.setFloat32(0, clamped);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent < 103) return sign;
  if (exponent < 113) {
    const shift = 126 - exponent;
    return sign | roundToEven(mantissa | 0x800000, shift);
  }
  return sign | (((exponent - 112) << 10) + roundToEven(mantissa, 13));
}

function roundToEven(mantissa: number, shift: number): number {
  const kept = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
