import { createWorker, type types } from 'mediasoup';
import { ServerError } from '../errors.ts';
import { type Log, messageOf } from '../log.ts';

/** Milliseconds between attempts to replace a dead Worker. */
const REPLACE_EVERY_MS = 250;
/** Milliseconds that a closing Worker's process gets. */
const CLOSE_WITHIN_MS = 2_000;

export interface WorkerPoolOptions {
  /** Workers to keep alive. */
  readonly size: number;
  /** IP that media listens on. */
  readonly listenIp: string;
  /** What participants reach `listenIp` by. Default: `listenIp` itself. */
  readonly announcedAddress?: string | undefined;
  /** UDP and TCP port of the first Worker's WebRtcServer, one more per Worker; 0 picks free ones. */
  readonly portBase: number;
  /** The mediasoup-worker program. Default: mediasoup's own. */
  readonly workerBin?: string | undefined;
  readonly log: Log;
}

/** Where a room stands: a live Worker and its WebRtcServer. */
export interface Placement {
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
}

/** One of the pool's places; its index gives the port. */
type Slot =
  | { state: 'alive'; placement: Placement; routers: number }
  | { state: 'dead' } // a replacement is being started
  | { state: 'closed' };

/** mediasoup Workers and their death: a dead one is replaced on the same port; its rooms hear of it by their Router. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #slots: Slot[];
  #closed = false;

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.size }, () => ({ state: 'dead' }) as const);
  }

  /** Starts all Workers. Throws ServerError `port-taken` or `bad-config` (no such address, no such program), or what mediasoup throws if the program doesn't run. */
  static async create(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      await Promise.all(pool.#slots.map((_, index) => pool.#fill(index)));
    } catch (thrown) {
      await pool.close();
      throw thrown;
    }
    return pool;
  }

  /** Process ids of the live Workers. */
  get pids(): readonly number[] {
    return this.#slots.flatMap((slot) => (slot.state === 'alive' ? [slot.placement.worker.pid] : []));
  }

  /** A new Router on the least loaded live Worker. Throws ServerError `no-worker` or `closed`. */
  async createRouter(mediaCodecs: types.RouterRtpCodecCapability[]): Promise<Placement & { router: types.Router }> {
    if (this.#closed) throw ServerError.closed('the Worker pool');
    let best: Extract<Slot, { state: 'alive' }> | undefined;
    for (const slot of this.#slots) {
      // A Worker that has just died tells its Routers before it tells us.
      if (slot.state !== 'alive' || slot.placement.worker.closed) continue;
      if (best === undefined || slot.routers < best.routers) best = slot;
    }
    if (best === undefined) throw ServerError.noWorker();
    const slot = best;
    slot.routers += 1;
    try {
      const router = await slot.placement.worker.createRouter({ mediaCodecs });
      router.observer.once('close', () => {
        slot.routers -= 1;
      });
      return { ...slot.placement, router };
    } catch (thrown) {
      slot.routers -= 1;
      throw thrown;
    }
  }

  /** Ends all Worker processes. Idempotent, never throws. */
  async close(): Promise<void> {
    this.#closed = true;
    const ends = this.#slots.map(async (slot, index) => {
      this.#slots[index] = { state: 'closed' };
      if (slot.state === 'alive') await endWorker(slot.placement.worker);
    });
    await Promise.all(ends);
  }

  async #fill(index: number): Promise<void> {
    const { listenIp, announcedAddress, portBase, workerBin, log } = this.#options;
    const worker = await startWorker(workerBin);
    const port = portBase === 0 ? {} : { port: portBase + index };
    const listen = { ip: listenIp, ...(announcedAddress !== undefined && { announcedAddress }), ...port };
    let webRtcServer: types.WebRtcServer;
    try {
      webRtcServer = await worker.createWebRtcServer({
        listenInfos: [
          { protocol: 'udp', ...listen },
          { protocol: 'tcp', ...listen },
        ],
      });
    } catch (thrown) {
      await endWorker(worker);
      // The Worker gives no codes, only sentences.
      if (/address not available/.test(messageOf(thrown))) {
        throw ServerError.foreignAddress(listenIp, 'TIMBRE_LISTEN_IP', { cause: thrown });
      }
      if (!/address already in use/.test(messageOf(thrown))) throw thrown;
      throw ServerError.portTaken(`${listenIp}:${portBase + index}`, 'TIMBRE_RTC_PORT_BASE', { cause: thrown });
    }
    if (this.#closed || worker.closed) {
      await endWorker(worker);
      throw ServerError.closed('the Worker pool');
    }
    this.#slots[index] = { state: 'alive', placement: { worker, webRtcServer }, routers: 0 };
    worker.once('died', () => {
      if (this.#closed) return;
      log.error('a mediasoup Worker died and is being replaced', { pid: worker.pid });
      this.#slots[index] = { state: 'dead' };
      void this.#replace(index);
    });
  }

  async #replace(index: number): Promise<void> {
    for (let attempt = 1; !this.#closed; attempt += 1) {
      try {
        await this.#fill(index);
        const slot = this.#slots[index];
        if (slot?.state === 'alive') {
          this.#options.log.info('a mediasoup Worker took its place', { pid: slot.placement.worker.pid });
        }
        return;
      } catch (thrown) {
        if (this.#closed) return;
        // Every tenth attempt is enough to be told.
        if (attempt % 10 === 1) this.#options.log.error('no new Worker yet', { attempt, error: messageOf(thrown) });
        await new Promise((resolve) => setTimeout(resolve, REPLACE_EVERY_MS));
      }
    }
  }
}

/** Throws ServerError `bad-config` if the program doesn't run. */
async function startWorker(workerBin: string | undefined): Promise<types.Worker> {
  try {
    return await createWorker({ logLevel: 'warn', ...(workerBin !== undefined && { workerBin }) });
  } catch (cause) {
    const problem = `${workerBin ?? "mediasoup's own Worker program"} does not run (${messageOf(cause)})`;
    throw ServerError.badConfig('MEDIASOUP_WORKER_BIN', `${problem}; \`npm run setup\` provides one`, { cause });
  }
}

async function endWorker(worker: types.Worker): Promise<void> {
  if (worker.subprocessClosed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, CLOSE_WITHIN_MS);
    worker.once('subprocessclose', () => {
      clearTimeout(timer);
      resolve();
    });
    worker.close();
  });
}
