import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { styleFromSeed } from '@timbre/models';
import { RESUME_WINDOW_MS, type Style } from '@timbre/protocol';
import type { SfuConfig } from './config.ts';
import { ServerError } from './errors.ts';
import { createRequestListener } from './http.ts';
import { createLog, type Log } from './log.ts';
import { formatMetrics } from './metrics.ts';
import { Rooms } from './sfu/rooms.ts';
import { WorkerPool } from './sfu/worker-pool.ts';
import type { RateLimitOptions } from './signalling/rate-limit.ts';
import { SignallingServer } from './signalling/signalling-server.ts';
import { Tokens } from './signalling/tokens.ts';
import { SidecarPool } from './tap/sidecar-pool.ts';
import { type TapCounts, Taps } from './tap/taps.ts';

export interface StartSfuOptions {
  readonly config: SfuConfig;
  /** Default: to standard error, at the configured level. */
  readonly log?: Log;
  /** The built page. Default: client/dist of this checkout. */
  readonly clientRoot?: string;
  /** contract.json, weights/, layers/. Default: models of this checkout. */
  readonly modelsRoot?: string;
  /** Milliseconds that a lost participant is kept. Default RESUME_WINDOW_MS. */
  readonly resumeWindowMs?: number;
  /** Default: that of RateLimit. */
  readonly rateLimit?: RateLimitOptions;
  /** Draws a style for participants who chose none. Default `styleFromSeed` of the models. */
  readonly drawStyle?: (seed: string) => Style;
}

/** A running SFU process, or one in a test. */
export interface RunningSfu {
  /** Where the page and signalling are, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Taps of all participants since the start. */
  readonly taps: TapCounts;
  /** Sidecars that are alive now. */
  readonly sidecarsAlive: number;
  /** Process ids of the mediasoup Workers. */
  readonly workerPids: readonly number[];
  readonly rooms: Rooms;
  readonly tokens: Tokens;
  /** Ends everything. Idempotent, never throws. */
  close(): Promise<void>;
}

/** Starts Workers, tap links, signalling and page. Throws ServerError, or what mediasoup throws if no Worker runs. */
export async function startSfu(options: StartSfuOptions): Promise<RunningSfu> {
  const { config } = options;
  const log = options.log ?? createLog('sfu', { level: config.logLevel });
  const tokens = new Tokens(config.tokenSecret);
  const originRules = { origins: config.origins, allowLocalhost: !config.production };
  const workers = await WorkerPool.create({
    size: config.workers,
    listenIp: config.rtcListenIp,
    announcedAddress: config.announcedAddress,
    portBase: config.rtcPortBase,
    workerBin: config.workerBin,
    log,
  });
  const sidecars = new SidecarPool({ urls: config.sidecars, secret: config.tapSecret, log });
  const taps = new Taps({ pool: sidecars, listenIp: config.rtcListenIp, log });
  const rooms = new Rooms({
    workers,
    taps,
    log,
    resumeWindowMs: options.resumeWindowMs ?? RESUME_WINDOW_MS,
    drawStyle: options.drawStyle ?? styleFromSeed,
  });
  const participants = () => [...rooms.open.values()].reduce((sum, room) => sum + room.participants.size, 0);
  const httpServer = createServer(
    createRequestListener({
      clientRoot: options.clientRoot ?? fileURLToPath(new URL('../../client/dist', import.meta.url)),
      modelsRoot: options.modelsRoot ?? fileURLToPath(new URL('../../models', import.meta.url)),
      tokens,
      developmentTokens: !config.production,
      originRules,
      health: () => ({
        rooms: rooms.open.size,
        participants: participants(),
        workers: workers.pids.length,
        sidecars: sidecars.alive,
        tapsOpen: taps.counts.open,
        tapsOpened: taps.counts.opened,
      }),
      metrics: () => formatMetrics({ rooms: rooms.open.size, participants: participants(), workers, sidecars, taps }),
      log,
    }),
  );
  const signalling = new SignallingServer({
    httpServer,
    rooms,
    tokens,
    originRules,
    servedRooms: config.servedRooms,
    rateLimit: options.rateLimit,
    log,
  });

  const end = async () => {
    // Children before what they stand on: participants leave (taps stop, codes are zeroed), then the links, then media.
    rooms.close();
    taps.close();
    const signallingClosed = signalling.close();
    // A page that is still loading weights, or keeps its connection open, isn't waited for.
    httpServer.closeAllConnections();
    await signallingClosed;
    sidecars.close();
    await workers.close();
  };
  let ending: Promise<void> | undefined;
  const close = () => {
    ending ??= end();
    return ending;
  };

  try {
    await listen(httpServer, config.host, config.port);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  sidecars.start();
  const { port } = httpServer.address() as AddressInfo;
  return {
    url: `http://${nameInUrl(config.host)}:${port}`,
    get taps() {
      return taps.counts;
    },
    get sidecarsAlive() {
      return sidecars.alive;
    },
    get workerPids() {
      return workers.pids;
    },
    rooms,
    tokens,
    close,
  };
}

/** Of who listens on every address, the one that a browser on this machine may use a microphone at. */
function nameInUrl(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

async function listen(httpServer: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const at = { host, port, hostVariable: 'TIMBRE_HOST', portVariable: 'PORT' };
    httpServer.once('error', (cause) => reject(ServerError.cannotListen(cause, at)));
    httpServer.listen(port, host, resolve);
  });
}
