/**
 * Measures what the listening rules are set from (server/src/inference/listening-rules.ts), with the shipped encoder on
 * the `validate` speakers of ../shared/speech: distances between the codes of two halves of a window, of one speaker and
 * of two; confidence on clean and on noisy speech; how far a new reading moves the smoothed code.
 */
import { existsSync, readFileSync } from 'node:fs';
import { faceCodeDistance } from '@timbre/models';
import { readAudioFile } from 'timbre';
import { CodeSmoother } from '../../server/src/inference/code-smoother.ts';
import { type InferenceModels, loadInferenceModels } from '../../server/src/inference/inference-models.ts';
import { createLog } from '../../server/src/log.ts';
import type { BenchReport } from './bench.ts';

const SPEECH = new URL('../../../shared/speech/', import.meta.url).pathname;
const RATE = 16_000;
const HALVES_MS = [1_500, 2_000, 2_500, 3_000];
const NOISE_DB = [20, 10, 0, -10];
const MOST_SECONDS = 15;

type Speaker = { readonly name: string; readonly pcm: Float32Array };

export async function bench(): Promise<BenchReport> {
  if (!existsSync(`${SPEECH}speakers.csv`)) {
    throw new Error(`needs recordings of real speakers: ${SPEECH}speakers.csv is not there (models/training/VOICE.md)`);
  }
  const log = createLog('bench', { level: 'warn' });
  const models = await loadInferenceModels({
    executionProviders: ['cpu'],
    log,
    allowUnverified: process.env.TIMBRE_UNVERIFIED_WEIGHTS === '1',
  });
  const speakers: Speaker[] = [];
  for (const [name, files] of filesBySpeaker()) {
    const pcm = await voicedSpeech(models, files);
    if (pcm.length >= 6 * RATE) speakers.push({ name, pcm });
  }
  const rows = [
    ...(await halvesRows(models, speakers)),
    ...(await confidenceRows(models, speakers)),
    ...(await shiftRows(models, speakers)),
  ];
  await models.close();
  return { title: `Listening rules, ${speakers.length} speakers`, rows, figures: { speakers: speakers.length, rows } };
}

function filesBySpeaker(): Map<string, string[]> {
  const bySpeaker = new Map<string, string[]>();
  for (const line of readFileSync(`${SPEECH}speakers.csv`, 'utf8').split('\n')) {
    const [split, , speaker, file] = line.split(',');
    if (split === 'validate' && speaker && file) {
      bySpeaker.set(speaker, [...(bySpeaker.get(speaker) ?? []), `${SPEECH}${file}`]);
    }
  }
  return bySpeaker;
}

/** The voiced parts of a speaker's clips, one after the other. */
async function voicedSpeech(models: InferenceModels, files: readonly string[]): Promise<Float32Array> {
  const voiced: number[] = [];
  for (const file of files) {
    if (voiced.length >= MOST_SECONDS * RATE) break;
    const { pcm } = await readAudioFile(file, RATE);
    for (const block of await models.createVoiceActivity().push(pcm)) if (block.voiced) voiced.push(...block.pcm);
  }
  return Float32Array.from(voiced.slice(0, MOST_SECONDS * RATE));
}

async function halvesRows(models: InferenceModels, speakers: readonly Speaker[]) {
  const rows = [];
  for (const halfMs of HALVES_MS) {
    const half = (halfMs * RATE) / 1000;
    const same: number[] = [];
    const samePresentation: number[] = [];
    const other: number[] = [];
    const codes = new Map<Speaker, Float32Array[]>();
    for (const speaker of speakers) {
      const windows = [];
      for (let at = 0; at + half <= speaker.pcm.length; at += half) windows.push(speaker.pcm.slice(at, at + half));
      codes.set(
        speaker,
        (await models.encoder.encode(windows)).map(({ code }) => code),
      );
    }
    for (const [speaker, own] of codes) {
      for (let index = 1; index < own.length; index += 1) {
        same.push(faceCodeDistance(own[index - 1]!, own[index]!));
        samePresentation.push(
          Math.abs(models.readPresentation(own[index - 1]!) - models.readPresentation(own[index]!)),
        );
      }
      for (const [another, theirs] of codes) {
        if (another !== speaker) other.push(faceCodeDistance(own[0]!, theirs[0]!));
      }
    }
    const limit = quantile(same, 0.995);
    rows.push({
      what: `halves of ${halfMs} ms`,
      'same p50': round(quantile(same, 0.5)),
      'same p95': round(quantile(same, 0.95)),
      'same p99.5': round(limit),
      'other p5': round(quantile(other, 0.05)),
      'other p50': round(quantile(other, 0.5)),
      'found at p99.5': round(other.filter((distance) => distance > limit).length / other.length),
      'presentation p99.5': round(quantile(samePresentation, 0.995)),
      n: same.length,
    });
  }
  return rows;
}

async function confidenceRows(models: InferenceModels, speakers: readonly Speaker[]) {
  const rows = [];
  for (const windowMs of [1_000, 3_000, 6_000]) {
    for (const noiseDb of [undefined, ...NOISE_DB]) {
      const windows = speakers.map(({ pcm }) => withNoise(pcm.slice(0, (windowMs * RATE) / 1000), noiseDb));
      const confidences = (await models.encoder.encode(windows)).map(({ confidence }) => confidence);
      rows.push({
        what: `confidence, ${windowMs} ms, ${noiseDb === undefined ? 'clean' : `noise at ${noiseDb} dB`}`,
        ...quantiles(confidences),
      });
    }
  }
  return rows;
}

async function shiftRows(models: InferenceModels, speakers: readonly Speaker[]) {
  const shifts = new Map<number, number[]>();
  for (const { pcm } of speakers) {
    const smoother = new CodeSmoother();
    for (let windowMs = 1_000; windowMs <= 6_000; windowMs += 500) {
      const [reading] = await models.encoder.encode([pcm.slice(0, (windowMs * RATE) / 1000)]);
      const { shift } = smoother.push(reading!, windowMs);
      shifts.set(windowMs, [...(shifts.get(windowMs) ?? []), shift]);
    }
  }
  return [...shifts]
    .filter(([windowMs]) => windowMs >= 3_000)
    .map(([windowMs, values]) => ({ what: `shift at ${windowMs} ms`, ...quantiles(values) }));
}

/** Pink-like noise at a signal-to-noise ratio. */
function withNoise(pcm: Float32Array, noiseDb: number | undefined): Float32Array {
  if (noiseDb === undefined) return pcm;
  let state = 1;
  let low = 0;
  const noise = pcm.map(() => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    low = 0.9 * low + state / 2 ** 31;
    return low;
  });
  const power = (samples: Float32Array) => samples.reduce((sum, sample) => sum + sample ** 2, 0);
  const gain = Math.sqrt(power(pcm) / power(noise) / 10 ** (noiseDb / 10));
  return pcm.map((sample, index) => sample + gain * noise[index]!);
}

function quantiles(values: readonly number[]) {
  return {
    p5: round(quantile(values, 0.05)),
    p50: round(quantile(values, 0.5)),
    p95: round(quantile(values, 0.95)),
    n: values.length,
  };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
