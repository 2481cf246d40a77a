import { type SpeechBlock, SpeechWindow, VoiceEncoder } from '@timbre/models';
import { describe, expect, it } from 'vitest';
import { createAudioDecoder } from '../../../server/src/inference/audio-decoder.ts';
import { InferenceQueue } from '../../../server/src/inference/inference-queue.ts';
import { listeningRules } from '../../../server/src/inference/listening-rules.ts';
import { PcmRing } from '../../../server/src/inference/pcm-ring.ts';
import { parseRtpPacket, type RtpPacket } from '../../../server/src/inference/rtp-packet.ts';
import { type PipelineOutcome, VoicePipeline } from '../../../server/src/inference/voice-pipeline.ts';
import { type SpokenOptions, spokenDatagrams } from './rtp-bytes.ts';
import { createTestTensor, RISING_CONFIDENCE, SPECTRUM_CONTRACT, spectrumSession } from './spectrum-encoder.ts';

/** Loudness as voice activity: whatever is louder than a whisper is voiced. */
class LoudnessDetector {
  readonly heard: Float32Array[] = [];
  resets = 0;
  broken = false;

  async push(pcm: Float32Array): Promise<SpeechBlock[]> {
    if (this.broken) throw new Error('the session was released');
    const blocks = Array.from({ length: pcm.length / 512 }, (_, index) => pcm.slice(index * 512, (index + 1) * 512));
    this.heard.push(...blocks);
    return blocks.map((block) => {
      const voiced = block.some((sample) => Math.abs(sample) > 0.02);
      return { pcm: block, probability: voiced ? 1 : 0, voiced };
    });
  }

  reset(): void {
    this.resets += 1;
  }
}

/** A buzz with a formant: loud, harmonic, cheap. */
function buzz(seconds: number, pitchHz = 120): Float32Array {
  return Float32Array.from({ length: seconds * 16_000 }, (_, index) => {
    const phase = (index * pitchHz) / 16_000;
    return 0.1 * [1, 2, 3, 4, 5, 8].reduce((sum, harmonic) => sum + Math.sin(2 * Math.PI * harmonic * phase), 0);
  });
}

function concatenate(...parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function listen(confidence: (windowMs: number) => number = RISING_CONFIDENCE) {
  const encoder = VoiceEncoder.create({
    contract: SPECTRUM_CONTRACT,
    session: spectrumSession(confidence),
    createTensor: createTestTensor,
  });
  const windows: Float32Array[] = [];
  const encoderFree = { when: Promise.resolve() };
  const queue = new InferenceQueue({
    encode: async (given) => {
      windows.push(...given);
      await encoderFree.when;
      return encoder.encode(given);
    },
  });
  const memory = new Float32Array(96_000);
  const detector = new LoudnessDetector();
  const window = new SpeechWindow(SPECTRUM_CONTRACT);
  const outcomes: (PipelineOutcome & { readonly atMs: number })[] = [];
  let nowMs = 0;
  const pipeline = new VoicePipeline({
    decoder: createAudioDecoder('opus'),
    detector,
    window,
    queue,
    rules: listeningRules(SPECTRUM_CONTRACT.voiceEncoder, {
      settledConfidence: 0.5,
      twoVoices: [{ halfMs: 1_500, distance: 0.5, presentation: Number.POSITIVE_INFINITY }],
    }),
    readPresentation: () => 0,
    onOutcome: (outcome) => outcomes.push({ ...outcome, atMs: nowMs }),
    ring: new PcmRing({ memory }),
  });

  /** Real time without waiting: after each packet, what it set off runs to its end. */
  async function speak(pcm: Float32Array, options: SpokenOptions = {}): Promise<void> {
    const startMs = nowMs;
    for (const { atMs, bytes } of spokenDatagrams(pcm, options)) {
      nowMs = startMs + atMs;
      pipeline.push(parseRtpPacket(bytes) as RtpPacket, nowMs);
      if (nowMs % 100 === 0) pipeline.tick(nowMs);
      await new Promise(setImmediate);
    }
  }
  const readings = () => outcomes.filter((outcome) => outcome.kind === 'reading');
  return { pipeline, outcomes, readings, speak, memory, window, windows, detector, queue, encoderFree };
}

describe('the voice pipeline', { timeout: 60_000 }, () => {
  it('reads from 1 s of voice, at most twice a second, with rising confidence, settles at 3 s and converges', async () => {
    const { speak, readings, outcomes } = listen();
    await speak(buzz(8));
    const told = readings();
    expect(told[0]!.voicedMs).toBeGreaterThanOrEqual(1_000);
    expect(told[0]!.voicedMs).toBeLessThan(1_200);
    expect(outcomes[0]).toMatchObject({ kind: 'progress' });
    for (const [index, reading] of told.entries()) {
      expect(reading.settled).toBe(reading.voicedMs >= 3_000);
      if (index === 0) continue;
      expect(reading.atMs - told[index - 1]!.atMs).toBeGreaterThanOrEqual(500);
      expect(reading.confidence).toBeGreaterThan(told[index - 1]!.confidence);
    }
    const settling = told.find(({ settled }) => settled);
    expect(settling!.voicedMs, 'settles as soon as it may').toBeLessThan(3_100);
    expect(told.filter(({ converged }) => converged)).toEqual([told.at(-1)]);
    expect(told.at(-1)!.voicedMs).toBeLessThanOrEqual(6_500);
  });

  it('goes on across a pause whose timestamps jump', async () => {
    const { speak, readings } = listen();
    await speak(buzz(2), { sequenceNumber: 100, timestamp: 0 });
    await speak(buzz(2), { sequenceNumber: 200, timestamp: 48_000 * 600 });
    expect(readings().at(-1)!.voicedMs).toBeGreaterThanOrEqual(3_000);
    expect(readings().at(-1)!.settled).toBe(true);
  });

  it('counts silence of DTX as silence, not as voice', async () => {
    const { speak, readings, detector } = listen();
    const spoken = concatenate(buzz(1.5), new Float32Array(32_000), buzz(1.5));
    await speak(spoken, { dtx: true });
    expect(detector.heard.length * 32).toBeGreaterThan(4_800);
    expect(readings().at(-1)!.voicedMs).toBeLessThan(3_300);
  });

  it('loses little voice at 10 % packet loss, and counts the loss', async () => {
    const { speak, readings, pipeline } = listen();
    await speak(buzz(4), { isLost: (index) => index % 10 === 5 });
    pipeline.tick(5_000);
    expect(pipeline.counters.packetsLost).toBe(20);
    expect(readings().at(-1)!.voicedMs).toBeGreaterThanOrEqual(3_000);
  });

  it('counts garbage payloads and goes on', async () => {
    const { speak, pipeline, readings } = listen();
    const garbage = { marker: false, payloadType: 100, ssrc: 0x1234_5678, payload: Uint8Array.of(255, 255, 255) };
    for (let index = 0; index < 10; index += 1) {
      pipeline.push({ ...garbage, sequenceNumber: 65_490 + index, timestamp: 0 }, 0);
    }
    await speak(buzz(2));
    expect(pipeline.counters.packetsUndecodable).toBe(10);
    expect(readings().length).toBeGreaterThan(0);
  });

  it('counts voice activity that fails, and goes on', async () => {
    const { speak, pipeline, readings, detector } = listen();
    detector.broken = true;
    await speak(buzz(1));
    expect(pipeline.counters.inferencesFailed).toBeGreaterThan(5);
    detector.broken = false;
    await speak(buzz(2), { sequenceNumber: 14, timestamp: 2 ** 32 - 2 * 48_000 });
    expect(readings().length).toBeGreaterThan(0);
  });

  it('has the newest audio encoded when the encoder comes late, and drops what waited before', async () => {
    const { speak, readings, queue, windows, encoderFree } = listen();
    const { promise, resolve } = Promise.withResolvers<void>();
    encoderFree.when = promise;
    await speak(buzz(4));
    expect(windows).toHaveLength(1);
    expect(queue.waiting).toBe(1);
    expect(queue.counters.dropped).toBeGreaterThanOrEqual(3);
    resolve();
    await expect.poll(() => readings().length).toBe(2);
    expect(readings()[0]!.voicedMs).toBeLessThan(1_200);
    expect(readings()[1]!.voicedMs).toBeGreaterThan(3_000);
  });

  it('zeroes what waits for a late encoder, too', async () => {
    const { speak, pipeline, windows, encoderFree } = listen();
    const { promise, resolve } = Promise.withResolvers<void>();
    encoderFree.when = promise;
    await speak(buzz(3));
    const closed = pipeline.close();
    resolve();
    await closed;
    expect(windows).toHaveLength(1);
    expect(windows[0]!.every((sample) => sample === 0)).toBe(true);
  });

  it('abstains when there is no speech', async () => {
    const { speak, outcomes } = listen();
    await speak(new Float32Array(16_000 * 22));
    expect(outcomes).toEqual([{ kind: 'abstained', reason: 'no-speech', atMs: expect.any(Number) }]);
    expect(outcomes[0]!.atMs).toBeGreaterThanOrEqual(19_900);
  });

  it('abstains as too noisy when confidence stays low', async () => {
    const { speak, outcomes, readings } = listen(() => 0.2);
    await speak(buzz(8));
    expect(outcomes.at(-1)).toMatchObject({ kind: 'abstained', reason: 'too-noisy' });
    expect(readings().every(({ settled }) => !settled)).toBe(true);
  });

  it('abstains when the halves of the window are of two voices', async () => {
    const { speak, outcomes } = listen();
    await speak(concatenate(buzz(1.6, 90), buzz(2.4, 330)));
    expect(outcomes.at(-1)).toMatchObject({ kind: 'abstained', reason: 'two-voices' });
  });

  it('keeps the first face when a second voice comes later', async () => {
    const { speak, readings, outcomes } = listen();
    await speak(concatenate(buzz(3.2, 90), buzz(4, 330)));
    expect(outcomes.some(({ kind }) => kind === 'abstained')).toBe(false);
    const settled = readings().filter((reading) => reading.settled);
    expect(settled.at(-1)!.converged).toBe(true);
    expect([...settled.at(-1)!.code]).toEqual([...settled.at(-2)!.code]);
  });

  it('zeroes all audio once closed, also what is being encoded, and says nothing more', async () => {
    const { speak, pipeline, outcomes, memory, window, windows, detector } = listen();
    await speak(buzz(2.1));
    pipeline.push(parseRtpPacket(spokenDatagrams(buzz(0.1))[3]!.bytes) as RtpPacket, 3_000);
    expect(memory.some((sample) => sample !== 0)).toBe(true);
    expect(windows.length).toBeGreaterThan(0);
    const count = outcomes.length;
    await pipeline.close();
    await speak(buzz(2));
    expect(memory.every((sample) => sample === 0)).toBe(true);
    expect(window.voicedMs).toBe(0);
    expect(windows.every((given) => given.every((sample) => sample === 0))).toBe(true);
    expect(detector.resets).toBe(1);
    expect(outcomes).toHaveLength(count);
    expect(pipeline.close()).toBe(pipeline.close());
  });

  it('erases the audio as soon as the face has converged', async () => {
    const { speak, readings, memory, window } = listen();
    await speak(buzz(7));
    expect(readings().at(-1)!.converged).toBe(true);
    expect(memory.every((sample) => sample === 0)).toBe(true);
    expect(window.voicedMs).toBe(0);
  });
});
