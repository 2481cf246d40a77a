import type { FaceDecoderContract, ModelContract } from './contract.ts';
import { ModelError } from './errors.ts';
import { EXPRESSIONS } from './expressions.ts';
import { FACE_CODE_LENGTH, type FaceCode, tameFaceCode } from './face-code.ts';
import { type CreateTensor, checkTensors, floatOutput, type ModelSession } from './model-session.ts';
import type { Puppet } from './puppet.ts';

/** Channels of the decoder's skin, in planes: diffuse red, green, blue, highlight, coverage. */
const SKIN_CHANNELS = 5;

export interface FaceDecoderOptions {
  readonly contract: ModelContract;
  /** The loaded face-decoder.onnx. Given, not created: the decoder doesn't release it. */
  readonly session: ModelSession;
  readonly createTensor: CreateTensor;
}

/** Face code to puppet: geometry, expressions and a tone-free skin. Nothing but the code goes in. */
export class FaceDecoder {
  readonly #contract: FaceDecoderContract;
  readonly #session: ModelSession;
  readonly #createTensor: CreateTensor;

  private constructor({ contract, session, createTensor }: FaceDecoderOptions) {
    this.#contract = contract.faceDecoder;
    this.#session = session;
    this.#createTensor = createTensor;
  }

  /** Throws ModelError `wrong-tensors` if the session isn't the contract's face decoder. */
  static create(options: FaceDecoderOptions): FaceDecoder {
    const { contract, session } = options;
    const { input, outputs, textureSize, skinChannels, expressions } = contract.faceDecoder;
    if (skinChannels !== SKIN_CHANNELS)
      throw ModelError.badContract(`faceDecoder.skinChannels must be ${SKIN_CHANNELS}`);
    if (expressions.join() !== EXPRESSIONS.join()) {
      throw ModelError.badContract(`faceDecoder.expressions must be ${EXPRESSIONS.join(', ')}`);
    }
    const points = pointCount(contract.faceDecoder);
    checkTensors(
      session,
      { [input]: [undefined, FACE_CODE_LENGTH] },
      {
        [outputs.skin]: [undefined, skinChannels, textureSize, textureSize],
        [outputs.rest]: [undefined, points, 3],
        [outputs.deltas]: [undefined, expressions.length, points, 3],
      },
    );
    return new FaceDecoder(options);
  }

  /**
   * Codes may come over the wire from anybody: those outside the population are tamed first. Throws ModelError `bad-input`
   * for a code of another length.
   */
  async decode(code: FaceCode): Promise<Puppet> {
    const { input, outputs, textureSize, expressions } = this.#contract;
    const values = 3 * pointCount(this.#contract);
    const tensor = this.#createTensor('float32', tameFaceCode(code), [1, FACE_CODE_LENGTH]);
    const result = await this.#session.run({ [input]: tensor });
    const deltas = floatOutput(result, outputs.deltas, expressions.length * values);
    return {
      rest: floatOutput(result, outputs.rest, values).slice(),
      deltas: expressions.map((_, index) => deltas.slice(index * values, (index + 1) * values)),
      skin: packSkin(floatOutput(result, outputs.skin, SKIN_CHANNELS * textureSize ** 2), textureSize),
      textureSize,
    };
  }
}

/** Vertices and landmarks. */
function pointCount({ vertexCount, landmarkCount }: FaceDecoderContract): number {
  return vertexCount + landmarkCount;
}

/** Planes [5, T, T] of 0..1 to the two halves of an opaque RGBA texture, 2T x T. */
function packSkin(planes: Float32Array, size: number): Uint8Array {
  const texels = size * size;
  const skin = new Uint8Array(2 * texels * 4);
  const byte = (plane: number, texel: number) =>
    Math.round(255 * Math.min(1, Math.max(0, planes[plane * texels + texel]!)));
  for (let texel = 0; texel < texels; texel += 1) {
    const row = Math.floor(texel / size);
    const left = 4 * (2 * size * row + (texel - row * size));
    const right = left + 4 * size;
    skin[left] = byte(0, texel);
    skin[left + 1] = byte(1, texel);
    skin[left + 2] = byte(2, texel);
    skin[left + 3] = 255;
    skin[right] = byte(3, texel);
    skin[right + 1] = byte(4, texel);
    skin[right + 3] = 255;
  }
  return skin;
}
