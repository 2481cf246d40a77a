/** The model contract: the one place where sizes, rates, tensor names and weight hashes are written down. */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { ModelError } from './errors.ts';
import { FACE_CODE_LENGTH } from './face-code.ts';
import { JsonReader } from './json-reader.ts';

/** The contract version that this code understands. */
export const MODEL_CONTRACT_VERSION = 1;

export interface VoiceEncoderContract {
  readonly file: string;
  /** SHA-256 of the file, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly input: string;
  readonly outputs: { readonly code: string; readonly confidence: string };
  /** Hz, mono. */
  readonly sampleRate: number;
  /** The longest window, milliseconds of voiced audio. */
  readonly windowMs: number;
  /** The shortest window, with honestly lower confidence. */
  readonly minimumMs: number;
  /** From here on a face may settle. */
  readonly settledMs: number;
  /** Window lengths are whole multiples of this, so that callers can be encoded as one batch. */
  readonly stepMs: number;
  readonly codeLength: number;
}

export interface FaceDecoderContract {
  readonly file: string;
  readonly sha256: string;
  readonly input: string;
  readonly outputs: { readonly skin: string; readonly rest: string; readonly deltas: string };
  /** Texels of the square aligned texture's side. */
  readonly textureSize: number;
  /** Diffuse red, green, blue, highlight, coverage. */
  readonly skinChannels: number;
  readonly vertexCount: number;
  readonly landmarkCount: number;
  readonly expressions: readonly string[];
}

export interface ProbesContract {
  readonly file: string;
  readonly sha256: string;
}

export interface ModelContract {
  readonly version: number;
  readonly voiceEncoder: VoiceEncoderContract;
  readonly faceDecoder: FaceDecoderContract;
  readonly probes: ProbesContract;
}

/** Reads models/contract.json (already parsed as JSON). Throws ModelError `bad-contract`. */
export function parseContract(json: unknown): ModelContract {
  const contract = new JsonReader(json, ModelError.badContract);
  const version = contract.number('version');
  if (version !== MODEL_CONTRACT_VERSION) {
    throw ModelError.badContract(`version ${version}, this code understands ${MODEL_CONTRACT_VERSION}`);
  }
  const probes = contract.object('probes');
  return {
    version,
    voiceEncoder: parseVoiceEncoder(contract.object('voiceEncoder')),
    faceDecoder: parseFaceDecoder(contract.object('faceDecoder')),
    probes: { file: probes.string('file'), sha256: probes.string('sha256') },
  };
}

function parseVoiceEncoder(encoder: JsonReader): VoiceEncoderContract {
  const outputs = encoder.object('outputs');
  const parsed: VoiceEncoderContract = {
    file: encoder.string('file'),
    sha256: encoder.string('sha256'),
    input: encoder.string('input'),
    outputs: { code: outputs.string('code'), confidence: outputs.string('confidence') },
    sampleRate: encoder.count('sampleRate', 1),
    windowMs: encoder.count('windowMs', 1),
    minimumMs: encoder.count('minimumMs', 1),
    settledMs: encoder.count('settledMs', 1),
    stepMs: encoder.count('stepMs', 1),
    codeLength: encoder.count('codeLength', 1),
  };
  if (parsed.codeLength !== FACE_CODE_LENGTH) {
    throw ModelError.badContract(`voiceEncoder.codeLength is ${parsed.codeLength} instead of ${FACE_CODE_LENGTH}`);
  }
  if (parsed.minimumMs > parsed.settledMs || parsed.settledMs > parsed.windowMs) {
    throw ModelError.badContract('minimumMs, settledMs and windowMs must rise');
  }
  return parsed;
}

function parseFaceDecoder(decoder: JsonReader): FaceDecoderContract {
  const outputs = decoder.object('outputs');
  return {
    file: decoder.string('file'),
    sha256: decoder.string('sha256'),
    input: decoder.string('input'),
    outputs: { skin: outputs.string('skin'), rest: outputs.string('rest'), deltas: outputs.string('deltas') },
    textureSize: decoder.count('textureSize', 1),
    skinChannels: decoder.count('skinChannels', 1),
    vertexCount: decoder.count('vertexCount', 1),
    landmarkCount: decoder.count('landmarkCount', 1),
    expressions: decoder.strings('expressions'),
  };
}

export interface VerifyWeightsOptions {
  /**
   * Hexadecimal SHA-256 of bytes. Default: a JavaScript implementation, which works in every Worker, also where
   * `crypto.subtle` is missing because the page came over plain HTTP.
   */
  readonly sha256?: (bytes: Uint8Array) => string | Promise<string>;
}

/** Compares the bytes of a weights file with the contract's hash. Throws ModelError `wrong-weights`. */
export async function verifyWeights(
  expectedSha256: string,
  bytes: Uint8Array,
  { sha256 = (input) => bytesToHex(nobleSha256(input)) }: VerifyWeightsOptions = {},
): Promise<void> {
  const actual = await sha256(bytes);
  if (expectedSha256 === '' || actual !== expectedSha256.toLowerCase()) {
    throw ModelError.wrongWeights(expectedSha256 || '(none)', actual);
  }
}
