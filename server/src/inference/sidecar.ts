/** The sidecar: models, RTP receiver, taps and control server of one process, started and closed as one. */
import type { SidecarConfig } from '../config.ts';
import { ServerError } from '../errors.ts';
import { createLog, type Log } from '../log.ts';
import type { SidecarCounters } from '../tap/tap-messages.ts';
import { ControlServer } from './control-server.ts';
import { type InferenceModels, loadInferenceModels } from './inference-models.ts';
import { InferenceQueue } from './inference-queue.ts';
import { type ListeningRules, listeningRules } from './listening-rules.ts';
import { OpenTaps } from './open-taps.ts';
import { RtpReceiver } from './rtp-receiver.ts';

export interface SidecarOptions
  extends Pick<SidecarConfig, 'host' | 'port' | 'rtpPort' | 'rtpIp' | 'tapSecret' | 'executionProviders'> {
  /** Default: lines on standard error. */
  readonly log?: Log;
  /** Taps at once. Default 64. */
  readonly capacity?: number;
  /** Weights without a hash in the contract are loaded. Never in production. Default false. */
  readonly allowUnverifiedWeights?: boolean;
  /** Overrides of the listening rules. Default none. */
  readonly rules?: Partial<ListeningRules>;
  /** Gives the models. Default: those of the models room. The sidecar closes them. */
  readonly loadModels?: () => Promise<InferenceModels>;
}

export interface RunningSidecar {
  /** TCP port of the tap link. */
  readonly port: number;
  /** UDP port of RTP. */
  readonly rtpPort: number;
  readonly executionProvider: string;
  readonly counters: SidecarCounters;
  /** Erases every tap, then closes everything. Idempotent. */
  close(): Promise<void>;
}

const TICK_MS = 100;
const COUNTERS_EVERY_MS = 5_000;
const DEFAULT_CAPACITY = 64;

/**
 * Starts a sidecar; may be called again after `close()`, and several run side by side on different ports. Throws
 * ServerError (`port-taken`, `bad-config`), and what loading the models throws.
 */
export async function startSidecar(options: SidecarOptions): Promise<RunningSidecar> {
  const { host, rtpIp, tapSecret, capacity = DEFAULT_CAPACITY, log = createLog('sidecar') } = options;
  const models = await (options.loadModels ?? (() => loadModels(options, log)))();
  const { contract, executionProvider } = models;
  const queue = new InferenceQueue({ encode: (windows) => models.encoder.encode(windows), log });
  const receiver = new RtpReceiver({ host, port: options.rtpPort });
  const taps = new OpenTaps({
    receiver,
    queue,
    contract,
    rules: listeningRules(contract.voiceEncoder, options.rules),
    createVoiceActivity: models.createVoiceActivity,
    readPresentation: models.readPresentation,
    capacity,
  });
  const closers: (() => Promise<void>)[] = [() => models.close(), () => queue.close(), () => receiver.close()];
  let closing: Promise<void> | undefined;
  try {
    const rtpPort = await listen(host, options.rtpPort, 'TIMBRE_RTP_PORT', () => receiver.start());
    const control = new ControlServer({
      host,
      port: options.port,
      secret: tapSecret,
      welcome: { executionProvider, rtpIp, rtpPort, capacity },
      contractVersion: contract.version,
      taps,
      log,
    });
    closers.push(() => control.stop());
    const port = await listen(host, options.port, 'TIMBRE_INFERENCE_PORT', () => control.start());
    const counters = () => sidecarCounters(receiver, queue, taps);
    closers.push(
      every(TICK_MS, () => {
        taps.tick(performance.now());
        control.tick();
      }),
      every(COUNTERS_EVERY_MS, () => control.report(counters())),
    );
    log.info('sidecar listens', { host, port, rtpPort, executionProvider, capacity });
    return {
      port,
      rtpPort,
      executionProvider,
      get counters() {
        return counters();
      },
      close: () => {
        closing ??= closeAll(closers);
        return closing;
      },
    };
  } catch (thrown) {
    await closeAll(closers);
    throw thrown;
  }
}

function loadModels({ executionProviders, allowUnverifiedWeights = false }: SidecarOptions, log: Log) {
  return loadInferenceModels({ executionProviders, log, allowUnverified: allowUnverifiedWeights });
}

function sidecarCounters(receiver: RtpReceiver, queue: InferenceQueue, taps: OpenTaps): SidecarCounters {
  const received = receiver.counters;
  const heard = taps.counters;
  return {
    packetsReceived: received.packetsReceived,
    packetsMalformed:
      received.packetsMalformed + received.packetsWrongPayloadType + received.packetsFailed + heard.packetsUndecodable,
    packetsUnknownSsrc: received.packetsUnknownSsrc + received.packetsWrongSource,
    packetsLate: heard.packetsLate,
    packetsLost: heard.packetsLost,
    inferences: queue.counters.inferences,
    inferencesDropped: queue.counters.dropped,
    tapsOpen: taps.size,
  };
}

async function listen(host: string, port: number, portVariable: string, start: () => Promise<number>): Promise<number> {
  try {
    return await start();
  } catch (cause) {
    throw ServerError.cannotListen(cause, { host, port, hostVariable: 'TIMBRE_INFERENCE_HOST', portVariable });
  }
}

function every(intervalMs: number, task: () => void): () => Promise<void> {
  const timer = setInterval(task, intervalMs);
  return async () => clearInterval(timer);
}

/** Latest opened first: no message comes in while what it needs is closed. */
async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of closers.toReversed()) await close();
}
