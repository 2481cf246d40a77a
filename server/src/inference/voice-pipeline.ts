/**
 * One tap from RTP packet to face code; the only file that joins the steps:
 *
 *     RTP packet -> jitter buffer -> audio decoder -> PCM ring -> voice activity -> speech window
 *       -> inference queue -> listening -> outcome
 *
 * Up to the ring everything happens within `push`; behind it, asynchronously, one step at a time. What can't keep up
 * loses its oldest audio, never the call's time.
 */
import {
  type FaceCode,
  SPEECH_BLOCK_SAMPLES,
  type SpeechBlock,
  type SpeechWindow,
  type VoiceReading,
} from '@timbre/models';
import type { AudioDecoder } from './audio-decoder.ts';
import { listeningProgress } from './convergence.ts';
import type { InferenceQueue, InferenceResult } from './inference-queue.ts';
import { JitterBuffer, type JitterOutput } from './jitter-buffer.ts';
import { Listening, type ListeningOutcome } from './listening.ts';
import type { ListeningRules } from './listening-rules.ts';
import { PcmRing } from './pcm-ring.ts';
import type { RtpPacket } from './rtp-packet.ts';

export type PipelineOutcome =
  | ListeningOutcome
  | { readonly kind: 'progress'; readonly progress: number; readonly voicedMs: number };

/** What the pipeline needs of VoiceActivity (@timbre/models). */
export interface SpeechDetector {
  push(pcm: Float32Array): Promise<readonly SpeechBlock[]>;
  reset(): void;
}

export interface VoicePipelineOptions {
  readonly decoder: AudioDecoder;
  readonly detector: SpeechDetector;
  readonly window: SpeechWindow;
  readonly queue: InferenceQueue;
  readonly rules: ListeningRules;
  /** The probe of the face code's presentation (Probes of @timbre/models). */
  readonly readPresentation: (code: FaceCode) => number;
  /** Takes every outcome, in order; readings' codes are its own to zero. */
  readonly onOutcome: (outcome: PipelineOutcome) => void;
  /** Hz of RTP timestamps. Default 48,000. */
  readonly clockRate?: number;
  /** Default: one of 6 s. */
  readonly ring?: PcmRing;
  /** Default: one with its defaults. */
  readonly jitter?: JitterBuffer;
}

export interface PipelineCounters {
  readonly packetsLate: number;
  readonly packetsLost: number;
  readonly packetsUndecodable: number;
  /** Audio that voice activity didn't get to in time, milliseconds. */
  readonly droppedMs: number;
  /** Runs of voice activity or of the encoder that failed. */
  readonly inferencesFailed: number;
}

const SAMPLE_RATE = 16_000;
const SAMPLES_PER_MS = SAMPLE_RATE / 1000;
/** Three blocks at a time cost fewer turns of the event loop than one. */
const LISTEN_SAMPLES = 3 * SPEECH_BLOCK_SAMPLES;

export class VoicePipeline {
  readonly #decoder: AudioDecoder;
  readonly #detector: SpeechDetector;
  readonly #window: SpeechWindow;
  readonly #queue: InferenceQueue;
  readonly #rules: ListeningRules;
  readonly #onOutcome: (outcome: PipelineOutcome) => void;
  readonly #ring: PcmRing;
  readonly #jitter: JitterBuffer;
  readonly #listening: Listening;
  readonly #heard = new Float32Array(LISTEN_SAMPLES);
  #nowMs = 0;
  #closed: Promise<void> | undefined;
  #detecting: Promise<void> | undefined;
  /** Everything that was asked of the encoder and isn't answered yet: what runs, and a newer request that waits. */
  #encoding: Promise<unknown> = Promise.resolve();
  #lostBefore = 0;
  #lastBlockSamples = 0;
  #voicedMs = 0;
  #askedVoicedMs = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #toldVoicedMs = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #packetsUndecodable = 0;
  #failures = 0;

  constructor(options: VoicePipelineOptions) {
    this.#decoder = options.decoder;
    this.#detector = options.detector;
    this.#window = options.window;
    this.#queue = options.queue;
    this.#rules = options.rules;
    this.#onOutcome = options.onOutcome;
    this.#ring = options.ring ?? new PcmRing({ clockRate: options.clockRate ?? 48_000 });
    this.#jitter = options.jitter ?? new JitterBuffer();
    this.#listening = new Listening(options.rules, options.readPresentation);
  }

  get counters(): PipelineCounters {
    return {
      packetsLate: this.#jitter.counters.late,
      packetsLost: this.#jitter.counters.lost,
      packetsUndecodable: this.#packetsUndecodable,
      droppedMs: this.#ring.droppedSamples / SAMPLES_PER_MS,
      inferencesFailed: this.#failures,
    };
  }

  /** Takes one packet of this tap at `nowMs` (monotonic). Its bytes may be reused afterwards. */
  push(packet: RtpPacket, nowMs: number): void {
    if (this.#closed || this.#listening.finished) return;
    this.#nowMs = nowMs;
    this.#takeIn(this.#jitter.push(packet, nowMs), packet);
    this.#detect();
  }

  /** Time passes though no packet comes: gives up holes and tells of silence. Call about ten times a second. */
  tick(nowMs: number): void {
    if (this.#closed || this.#listening.finished) return;
    this.#nowMs = nowMs;
    this.#takeIn(this.#jitter.expire(nowMs));
    this.#detect();
    this.#tell(this.#listening.listen(this.#ring.writtenSamples / SAMPLES_PER_MS, this.#voicedMs));
  }

  /** Zeroes packets, PCM, voice activity state and codes; resolves when nothing of the tap is left. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#erase();
    return this.#closed;
  }

  async #erase(): Promise<void> {
    this.#queue.withdraw(this);
    this.#eraseAudio();
    this.#listening.close();
    // A step that is under way holds a copy of some audio: erased only once it has come back and been zeroed.
    await this.#detecting;
    await this.#encoding;
    this.#eraseAudio();
    this.#detector.reset();
    this.#decoder.close();
  }

  #eraseAudio(): void {
    this.#jitter.clear();
    this.#ring.clear();
    this.#window.clear();
    this.#heard.fill(0);
  }

  #takeIn(outputs: readonly JitterOutput[], given?: RtpPacket): void {
    for (const output of outputs) {
      if (output.kind === 'lost') this.#lostBefore += output.count;
      else if (output.kind === 'reset') this.#decoder.reset();
      else {
        if (output.packet.payload.length > 0) this.#decode(output.packet);
        // One that was held is a copy of ours; the one just given is its sender's to erase.
        if (output.packet !== given) output.packet.payload.fill(0);
      }
    }
  }

  #decode({ timestamp, payload }: RtpPacket): void {
    const place = this.#ring.place(timestamp);
    const lost = this.#lostBefore;
    this.#lostBefore = 0;
    try {
      // A hole in the sequence is loss: invent what was lost. A hole in the timestamps alone is DTX: silence.
      if (place.kind === 'after' && lost > 0) {
        const invented = this.#decoder.conceal(Math.min(place.samples, lost * this.#lastBlockSamples));
        this.#ring.append(invented);
        invented.fill(0);
      }
      const pcm = this.#decoder.decode(payload);
      this.#ring.write(timestamp, pcm);
      this.#lastBlockSamples = pcm.length;
      pcm.fill(0);
    } catch {
      this.#packetsUndecodable += 1;
      this.#lostBefore = 1;
    }
  }

  #detect(): void {
    if (this.#detecting || this.#ring.unreadSamples < LISTEN_SAMPLES) return;
    this.#detecting = this.#detectAll().finally(() => {
      this.#detecting = undefined;
    });
  }

  async #detectAll(): Promise<void> {
    while (!this.#closed && !this.#listening.finished && this.#ring.unreadSamples >= LISTEN_SAMPLES) {
      this.#ring.read(this.#heard);
      let blocks: readonly SpeechBlock[];
      try {
        blocks = await this.#detector.push(this.#heard);
      } catch {
        this.#failures += 1;
        continue;
      }
      // The face may have converged, or the tap closed, meanwhile: then nothing of these may stay in the window.
      const goesOn = !this.#closed && !this.#listening.finished;
      for (const { pcm, voiced } of blocks) {
        if (goesOn && voiced) {
          this.#window.push(pcm);
          this.#voicedMs += pcm.length / SAMPLES_PER_MS;
        }
        pcm.fill(0);
      }
      if (!goesOn) break;
      this.#tellProgress();
      this.#encode();
    }
    this.#heard.fill(0);
  }

  #tellProgress(): void {
    const { minimumMs, messageIntervalMs } = this.#rules;
    if (this.#voicedMs >= minimumMs || this.#voicedMs <= this.#toldVoicedMs) return;
    if (this.#nowMs - this.#toldAtMs < messageIntervalMs || this.#listening.abstained === 'two-voices') return;
    this.#toldVoicedMs = this.#voicedMs;
    this.#toldAtMs = this.#nowMs;
    const progress = listeningProgress(this.#voicedMs, this.#rules);
    this.#tell({ kind: 'progress', progress, voicedMs: this.#voicedMs });
  }

  #encode(): void {
    const { minimumMs, settledMs, stepMs, windowMs, messageIntervalMs } = this.#rules;
    // Once it was too noisy, another try needs a good part of the window to be new.
    const newMs = this.#listening.abstained === 'too-noisy' ? windowMs / 2 : stepMs;
    if (this.#voicedMs < minimumMs || this.#voicedMs - this.#askedVoicedMs < newMs) return;
    if (this.#nowMs - this.#askedAtMs < messageIntervalMs) return;
    // A reading just before the face may settle would put off the one that settles it.
    if (this.#voicedMs < settledMs && this.#voicedMs > settledMs - messageIntervalMs) return;
    this.#askedVoicedMs = this.#voicedMs;
    this.#askedAtMs = this.#nowMs;
    const whole = this.#window.take();
    const halves = halvesOf(whole, this.#rules);
    const voicedMs = this.#voicedMs;
    // If the last request still waits, the encoder can't keep up: the queue puts this one, of newer audio, in its place.
    const judged = this.#queue
      .submit(this, [whole, ...halves])
      .then((result) => this.#judge(result, (halves[0]?.length ?? 0) / SAMPLES_PER_MS, voicedMs));
    this.#encoding = Promise.all([this.#encoding, judged]);
  }

  #judge(result: InferenceResult, halfMs: number, voicedMs: number): void {
    if (result.kind === 'failed') this.#failures += 1;
    if (result.kind !== 'readings') return;
    const [whole, first, second] = result.readings;
    if (whole && !this.#closed) {
      const halves = first && second ? { first: first.code, second: second.code, halfMs } : undefined;
      this.#tell(this.#listening.read({ whole, ...(halves && { halves }) }, voicedMs));
    }
    zeroCodes(result.readings);
    if (this.#listening.finished) {
      this.#queue.withdraw(this);
      this.#eraseAudio();
    }
  }

  #tell(outcome: PipelineOutcome | undefined): void {
    if (outcome === undefined || this.#closed) return;
    if (outcome.kind === 'abstained' && outcome.reason === 'two-voices') this.#startOver();
    this.#onOutcome(outcome);
  }

  /** After two voices nothing that was heard may count for the next face. */
  #startOver(): void {
    this.#queue.withdraw(this);
    this.#window.clear();
    this.#voicedMs = 0;
    this.#askedVoicedMs = 0;
    this.#toldVoicedMs = 0;
  }
}

/** Copies of the first and last part of a window, of equal length in whole steps; none if they are too short to tell. */
function halvesOf(window: Float32Array, { settledMs, stepMs }: ListeningRules): readonly Float32Array[] {
  if (window.length < settledMs * SAMPLES_PER_MS) return [];
  const stepSamples = stepMs * SAMPLES_PER_MS;
  const halfSamples = Math.floor(window.length / 2 / stepSamples) * stepSamples;
  return [window.slice(0, halfSamples), window.slice(-halfSamples)];
}

function zeroCodes(readings: readonly VoiceReading[]): void {
  for (const { code } of readings) code.fill(0);
}
