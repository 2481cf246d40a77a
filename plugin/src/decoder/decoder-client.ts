/** Face codes to the Worker, puppets back. Bounded: one code in flight, and the newest waiting of each participant. */
import { averageFaceCode, type FaceCode, type Puppet } from '@timbre/models';
import { erasePuppet } from '../erase-puppet.ts';
import { PluginError } from '../errors.ts';
import type { DecoderReply, DecoderRequest } from './decoder-messages.ts';

/** What became of a code. Superseded: a newer one of the participant came, or the participant was forgotten. */
export type DecodeOutcome =
  | { readonly outcome: 'decoded'; readonly puppet: Puppet }
  | { readonly outcome: 'superseded' }
  | { readonly outcome: 'failed'; readonly error: PluginError };

/** The part of Worker that is used. */
export interface DecoderWorker {
  postMessage(request: DecoderRequest, transfer: ArrayBuffer[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<DecoderReply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export interface DecoderClientOptions {
  /** Absolute, ends in a slash. */
  readonly modelsUrl: string;
  /** Where ONNX Runtime's .wasm and .mjs files lie. Default: beside the Worker's own file. */
  readonly wasmPaths?: string | undefined;
  /** Default: a module Worker from this package. */
  readonly createWorker?: (() => DecoderWorker) | undefined;
  /** Milliseconds. Default: performance.now. */
  readonly now?: () => number;
}

interface Request {
  readonly participantId: string;
  readonly requestId: number;
  readonly code: FaceCode;
  readonly resolve: (outcome: DecodeOutcome) => void;
  /** The participant was forgotten while the Worker was at it. */
  forgotten?: true;
}

/** After weights failed to load, codes are refused this long before another try. */
const RETRY_AFTER_MS = 5000;
/** No participant's id is empty. */
const AVERAGE = '';

export class DecoderClient {
  readonly #modelsUrl: string;
  readonly #wasmPaths: string | undefined;
  readonly #createWorker: () => DecoderWorker;
  readonly #now: () => number;
  /** In order of arrival; at most one each. */
  readonly #waiting = new Map<string, Request>();
  #inFlight: Request | undefined;
  #worker: DecoderWorker | undefined;
  #unavailable: { readonly error: PluginError; readonly untilMs: number } | undefined;
  #average: Promise<DecodeOutcome> | undefined;
  #nextRequestId = 1;
  #superseded = 0;

  constructor({
    modelsUrl,
    wasmPaths,
    createWorker = moduleWorker,
    now = () => performance.now(),
  }: DecoderClientOptions) {
    this.#modelsUrl = modelsUrl;
    this.#wasmPaths = wasmPaths;
    this.#createWorker = createWorker;
    this.#now = now;
  }

  /** Codes that a newer one overtook, or whose participant went, so far. */
  get superseded(): number {
    return this.#superseded;
  }

  /** Starts the Worker and loads the weights ahead of the first code. Failures show at the next `decode`. */
  open(): void {
    if (this.#worker || this.#refusal()) return;
    const worker = this.#createWorker();
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = (event) => this.#giveUp(event.message || 'the decoder Worker did not start');
    worker.postMessage({ type: 'open', modelsUrl: this.#modelsUrl, wasmPaths: this.#wasmPaths }, []);
  }

  /** Decodes a copy of `code`. Never rejects. */
  decode(participantId: string, code: FaceCode): Promise<DecodeOutcome> {
    const error = this.#refusal();
    if (error) return Promise.resolve({ outcome: 'failed', error });
    this.open();
    this.#supersede(this.#waiting.get(participantId));
    return new Promise((resolve) => {
      const requestId = this.#nextRequestId;
      this.#nextRequestId += 1;
      this.#waiting.set(participantId, { participantId, requestId, code: code.slice(), resolve });
      this.#sendNext();
    });
  }

  /** The average face; decoded once. */
  decodeAverage(): Promise<DecodeOutcome> {
    this.#average ??= this.decode(AVERAGE, averageFaceCode()).then((result) => {
      if (result.outcome !== 'decoded') this.#average = undefined;
      return result;
    });
    return this.#average;
  }

  /** Drops what waits or is being decoded for a participant; codes are zeroed. */
  forget(participantId: string): void {
    this.#supersede(this.#waiting.get(participantId));
    if (this.#inFlight?.participantId === participantId) {
      // The Worker goes on with it; the answer finds nobody and is zeroed.
      this.#superseded += 1;
      this.#inFlight.forgotten = true;
      this.#inFlight.resolve({ outcome: 'superseded' });
    }
  }

  /** Ends the Worker. Whoever waits is told `superseded`; `decode` may follow and starts a new Worker. */
  close(): void {
    for (const request of [...this.#waiting.values()]) this.#supersede(request);
    this.#inFlight?.resolve({ outcome: 'superseded' });
    this.#inFlight = undefined;
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#average = undefined;
    this.#unavailable = undefined;
  }

  #sendNext(): void {
    if (this.#inFlight || !this.#worker) return;
    const next = this.#waiting.values().next().value;
    if (!next) return;
    this.#waiting.delete(next.participantId);
    this.#inFlight = next;
    const { requestId, code } = next;
    this.#worker.postMessage({ type: 'decode', requestId, code }, [code.buffer as ArrayBuffer]);
  }

  #receive(reply: DecoderReply): void {
    if (reply.type === 'unavailable') this.#giveUp(reply.message);
    if (reply.type === 'unavailable' || reply.type === 'ready') return;
    const request = this.#inFlight;
    if (request?.requestId !== reply.requestId) return;
    this.#inFlight = undefined;
    if (reply.type === 'decoded' && request.forgotten) erasePuppet(reply.puppet);
    else if (reply.type === 'decoded') request.resolve({ outcome: 'decoded', puppet: reply.puppet });
    else request.resolve({ outcome: 'failed', error: PluginError.decodeFailed(request.participantId, reply.message) });
    this.#sendNext();
  }

  #giveUp(message: string): void {
    const error = PluginError.modelsUnavailable(`face decoder: ${message}`);
    const lost = [...(this.#inFlight ? [this.#inFlight] : []), ...this.#waiting.values()];
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#inFlight = undefined;
    this.#waiting.clear();
    this.#unavailable = { error, untilMs: this.#now() + RETRY_AFTER_MS };
    for (const request of lost) request.resolve({ outcome: 'failed', error });
  }

  #refusal(): PluginError | undefined {
    if (this.#unavailable && this.#now() >= this.#unavailable.untilMs) this.#unavailable = undefined;
    return this.#unavailable?.error;
  }

  #supersede(request: Request | undefined): void {
    if (!request) return;
    this.#waiting.delete(request.participantId);
    this.#superseded += 1;
    request.code.fill(0);
    request.resolve({ outcome: 'superseded' });
  }
}

function moduleWorker(): DecoderWorker {
  // Bundlers look for exactly this expression. `.js`: the name after the build; from source they find the .ts beside it.
  return new Worker(new URL('./face-decoder.worker.js', import.meta.url), { type: 'module' });
}
