/** The taps that are open on this sidecar: each a pipeline armed for one SSRC. Closing one erases it. */
import { type FaceCode, type ModelContract, SpeechWindow } from '@timbre/models';
import { createAudioDecoder } from './audio-decoder.ts';
import type { InferenceQueue } from './inference-queue.ts';
import type { ListeningRules } from './listening-rules.ts';
import type { RtpReceiver } from './rtp-receiver.ts';
import { type PipelineCounters, type PipelineOutcome, type SpeechDetector, VoicePipeline } from './voice-pipeline.ts';

export interface TapStart {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly codec: string;
  /** Hz of the RTP timestamp. */
  readonly clockRate: number;
}

export interface OpenTapsOptions {
  readonly receiver: RtpReceiver;
  readonly queue: InferenceQueue;
  readonly contract: ModelContract;
  readonly rules: ListeningRules;
  readonly createVoiceActivity: () => SpeechDetector;
  /** The probe of the face code's presentation (Probes of @timbre/models). */
  readonly readPresentation: (code: FaceCode) => number;
  /** How many taps may be open at once. */
  readonly capacity: number;
}

/** One open tap. */
export interface OpenTap {
  /** Stops listening and erases; resolves when nothing of the tap is left in memory. Idempotent. */
  close(): Promise<void>;
}

export class OpenTaps {
  readonly #options: OpenTapsOptions;
  readonly #pipelines = new Set<VoicePipeline>();
  /** Of taps that are closed already. */
  readonly #past = { packetsLate: 0, packetsLost: 0, packetsUndecodable: 0, droppedMs: 0, inferencesFailed: 0 };

  constructor(options: OpenTapsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#pipelines.size;
  }

  /** Sums over all taps since the start. */
  get counters(): PipelineCounters {
    const sum = { ...this.#past };
    for (const { counters } of this.#pipelines) addCounters(sum, counters);
    return sum;
  }

  /**
   * Arms the receiver for a tap; undefined if `capacity` taps are open already. Throws InferenceError `ssrc-taken` or
   * `unknown-codec`.
   */
  open(start: TapStart, onOutcome: (outcome: PipelineOutcome) => void): OpenTap | undefined {
    const { receiver, queue, contract, rules, createVoiceActivity, readPresentation, capacity } = this.#options;
    if (this.#pipelines.size >= capacity) return undefined;
    const pipeline = new VoicePipeline({
      decoder: createAudioDecoder(start.codec),
      detector: createVoiceActivity(),
      window: new SpeechWindow(contract),
      queue,
      rules,
      readPresentation,
      onOutcome,
      clockRate: start.clockRate,
    });
    const disarm = receiver.arm(start.ssrc, start.payloadType, (packet, nowMs) => pipeline.push(packet, nowMs));
    this.#pipelines.add(pipeline);
    return {
      close: async () => {
        disarm();
        if (this.#pipelines.delete(pipeline)) addCounters(this.#past, pipeline.counters);
        await pipeline.close();
      },
    };
  }

  /** Lets time pass for every tap. */
  tick(nowMs: number): void {
    for (const pipeline of this.#pipelines) pipeline.tick(nowMs);
  }
}

function addCounters(sum: { -readonly [Name in keyof PipelineCounters]: number }, counters: PipelineCounters): void {
  for (const name of Object.keys(sum) as (keyof PipelineCounters)[]) sum[name] += counters[name];
}
