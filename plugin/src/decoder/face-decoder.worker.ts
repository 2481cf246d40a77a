/** The face decoder in a module Worker: ONNX Runtime's WebAssembly behind postMessage. */
import { FaceDecoder, type ModelContract, parseContract, verifyWeights } from '@timbre/models';
import type { DecoderReply, DecoderRequest } from './decoder-messages.ts';
import { puppetBuffers } from './decoder-messages.ts';

/** The part of DedicatedWorkerGlobalScope that is used; the compiler's DOM and Worker libraries exclude each other. */
interface WorkerScope {
  readonly crossOriginIsolated: boolean;
  readonly navigator: { readonly hardwareConcurrency: number };
  onmessage: ((event: MessageEvent<DecoderRequest>) => void) | null;
  postMessage(reply: DecoderReply, transfer?: readonly ArrayBuffer[]): void;
}

/** A face takes about 0.1 s on one thread; more than this isn't worth the memory. */
const MOST_THREADS = 2;

const scope = globalThis as unknown as WorkerScope;
let decoder: Promise<FaceDecoder> | undefined;

scope.onmessage = ({ data: request }) => {
  if (request.type === 'open') {
    decoder = open(request.modelsUrl, request.wasmPaths);
    decoder.then(
      () => scope.postMessage({ type: 'ready' }),
      (error: unknown) => scope.postMessage({ type: 'unavailable', message: messageOf(error) }),
    );
    return;
  }
  void decode(request.requestId, request.code);
};

async function open(modelsUrl: string, wasmPaths: string | undefined): Promise<FaceDecoder> {
  // Loaded on demand: with threads, ONNX Runtime starts its own module again in Workers, which must not be this file.
  const runtime = import('onnxruntime-web/wasm');
  const contract = parseContract(await (await fetchModel(modelsUrl, 'contract.json')).json());
  const [ort, weights] = await Promise.all([runtime, fetchWeights(modelsUrl, contract)]);
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  // Without cross-origin isolation there is no shared memory, hence one thread.
  ort.env.wasm.numThreads = scope.crossOriginIsolated ? Math.min(MOST_THREADS, scope.navigator.hardwareConcurrency) : 1;
  const session = await ort.InferenceSession.create(weights, { executionProviders: ['wasm'] });
  return FaceDecoder.create({
    contract,
    session,
    createTensor: (type, values, dims) =>
      type === 'float32'
        ? new ort.Tensor(type, values as Float32Array, dims)
        : new ort.Tensor(type, values as BigInt64Array, dims),
  });
}

async function fetchWeights(modelsUrl: string, { faceDecoder }: ModelContract): Promise<Uint8Array> {
  const response = await fetchModel(modelsUrl, `weights/${faceDecoder.file}`);
  const weights = new Uint8Array(await response.arrayBuffer());
  await verifyWeights(faceDecoder.sha256, weights);
  return weights;
}

async function fetchModel(modelsUrl: string, path: string): Promise<Response> {
  const response = await fetch(new URL(path, modelsUrl));
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response;
}

async function decode(requestId: number, code: Float32Array): Promise<void> {
  try {
    if (!decoder) throw new Error('the decoder was not opened');
    const puppet = await (await decoder).decode(code);
    scope.postMessage({ type: 'decoded', requestId, puppet }, puppetBuffers(puppet));
  } catch (error) {
    scope.postMessage({ type: 'failed', requestId, message: messageOf(error) });
  } finally {
    code.fill(0);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
