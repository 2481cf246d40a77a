/**
 * Windows of many taps -> readings, through one shared voice encoder. One batch runs at a time; while it runs, requests
 * wait. A newer request of the same tap supersedes its waiting one (newest audio wins), and a full queue drops its
 * oldest request: the media path never waits for the model, and nothing grows.
 */
import type { VoiceReading } from '@timbre/models';
import { type Log, messageOf } from '../log.ts';

export type InferenceResult =
  | { readonly kind: 'readings'; readonly readings: readonly VoiceReading[] }
  /** A newer request of the same tap took its place. */
  | { readonly kind: 'superseded' }
  /** The queue was full, or the tap was withdrawn, or the queue closed. */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'failed'; readonly message: string };

export interface InferenceQueueOptions {
  /** Encodes windows of voiced 16 kHz PCM; the n-th reading is of the n-th window. */
  readonly encode: (windows: readonly Float32Array[]) => Promise<readonly VoiceReading[]>;
  /** Requests that may wait. Default 64. */
  readonly capacity?: number;
  /** Requests that are encoded together. Default 8. */
  readonly maxBatch?: number;
  /** Is told when the encoder begins to fail, and when it works again. Default: none. */
  readonly log?: Log;
}

export interface InferenceCounters {
  /** Windows encoded. */
  readonly inferences: number;
  /** Requests that were superseded, dropped or failed. */
  readonly dropped: number;
}

interface Request {
  readonly tapKey: object;
  readonly windows: readonly Float32Array[];
  readonly answer: (result: InferenceResult) => void;
}

export class InferenceQueue {
  readonly #encode: InferenceQueueOptions['encode'];
  readonly #capacity: number;
  readonly #maxBatch: number;
  readonly #log: Log | undefined;
  /** Oldest first; one request at most per tap. */
  readonly #waiting = new Map<object, Request>();
  #running: Promise<void> | undefined;
  #closed = false;
  /** The last batch failed, and the log was told. */
  #failing = false;
  #inferences = 0;
  #dropped = 0;

  constructor({ encode, capacity = 64, maxBatch = 8, log }: InferenceQueueOptions) {
    this.#encode = encode;
    this.#log = log;
    this.#capacity = capacity;
    this.#maxBatch = maxBatch;
  }

  get counters(): InferenceCounters {
    return { inferences: this.#inferences, dropped: this.#dropped };
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Asks for readings of a tap's windows. The queue owns the windows from now on and zeroes them as soon as they are
   * encoded or dropped. `tapKey` is any object that stands for the tap. Never rejects.
   */
  submit(tapKey: object, windows: readonly Float32Array[]): Promise<InferenceResult> {
    return new Promise((answer) => {
      const request: Request = { tapKey, windows, answer };
      if (this.#closed) return this.#drop(request, { kind: 'dropped' });
      const older = this.#waiting.get(tapKey);
      // Its place in the queue stays with the tap: who speaks on must not wait the longer for it.
      if (older) this.#drop(older, { kind: 'superseded' });
      else if (this.#waiting.size >= this.#capacity) {
        const [oldest] = this.#waiting.keys();
        if (oldest) this.#withdrawWaiting(oldest, { kind: 'dropped' });
      }
      this.#waiting.set(tapKey, request);
      this.#pump();
    });
  }

  /** Drops what waits for a tap. Windows of it that are being encoded right now are zeroed when `idle()` resolves. */
  withdraw(tapKey: object): void {
    this.#withdrawWaiting(tapKey, { kind: 'dropped' });
  }

  /** Resolves when the batch that runs now, if any, is done and its windows are zeroed. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Drops what waits; resolves when nothing runs. Final. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const tapKey of [...this.#waiting.keys()]) this.withdraw(tapKey);
    await this.idle();
  }

  #withdrawWaiting(tapKey: object, result: InferenceResult): void {
    const request = this.#waiting.get(tapKey);
    if (!request) return;
    this.#waiting.delete(tapKey);
    this.#drop(request, result);
  }

  #drop({ windows, answer }: Request, result: InferenceResult): void {
    this.#dropped += 1;
    zero(windows);
    answer(result);
  }

  #pump(): void {
    if (this.#running || this.#waiting.size === 0) return;
    const batch = [...this.#waiting.values()].slice(0, this.#maxBatch);
    for (const { tapKey } of batch) this.#waiting.delete(tapKey);
    this.#running = this.#encodeBatch(batch).then(() => {
      this.#running = undefined;
      this.#pump();
    });
  }

  async #encodeBatch(batch: readonly Request[]): Promise<void> {
    const windows = batch.flatMap((request) => request.windows);
    try {
      const readings = await this.#encode(windows);
      this.#inferences += windows.length;
      if (this.#failing) this.#log?.info('the voice encoder works again');
      this.#failing = false;
      let first = 0;
      for (const { windows: own, answer } of batch) {
        answer({ kind: 'readings', readings: readings.slice(first, first + own.length) });
        first += own.length;
      }
    } catch (thrown) {
      this.#dropped += batch.length;
      if (!this.#failing) this.#log?.error('the voice encoder fails', { error: messageOf(thrown) });
      this.#failing = true;
      for (const { answer } of batch) answer({ kind: 'failed', message: messageOf(thrown) });
    } finally {
      zero(windows);
    }
  }
}

function zero(windows: readonly Float32Array[]): void {
  for (const window of windows) window.fill(0);
}
