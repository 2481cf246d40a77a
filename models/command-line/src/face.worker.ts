/** What one worker thread does with one file: read, listen, encode, draw, write the picture. */
import { writeFile } from 'node:fs/promises';
import { styleFromSeed } from '@timbre/models';
import { workerData } from 'piscina';
import { readAudioFile } from './audio-file.ts';
import { CommandError } from './errors.ts';
import { type FaceLine, roundTo } from './face-line.ts';
import { readVoice, voicedPcm } from './face-reading.ts';
import { loadModels, loadPuppetAssets, type Models } from './model-files.ts';
import { PortraitPainter } from './portrait.ts';

export interface FaceWorkerData {
  readonly modelsFolder: string;
}

export interface FaceTask {
  readonly file: string;
  /** Where the picture goes; null: none is drawn. */
  readonly picture: string | null;
  readonly seed: string;
  /** Pixels. */
  readonly size: number;
}

export type FaceResult =
  | { readonly ok: true; readonly line: FaceLine }
  | { readonly ok: false; readonly reason: string; readonly message: string };

const { modelsFolder } = workerData as FaceWorkerData;
const loading: Promise<{ models: Models; painter: PortraitPainter }> = loadModels(modelsFolder).then(
  async (models) => ({
    models,
    painter: new PortraitPainter(models.decoder, await loadPuppetAssets(modelsFolder)),
  }),
);
// Whoever awaits it in a task gets the error; until then it isn't unhandled.
loading.catch(() => undefined);

/** Files that can't be read are results; models that can't be loaded are errors, for they end the whole run. */
export async function face(task: FaceTask): Promise<FaceResult> {
  const { models, painter } = await loading;
  try {
    return { ok: true, line: await readFace(task, models, painter) };
  } catch (error) {
    if (error instanceof CommandError) return { ok: false, reason: error.reason, message: error.message };
    throw error;
  }
}

async function readFace(
  { file, picture, seed, size }: FaceTask,
  { contract, encoder, probes, listen }: Models,
  painter: PortraitPainter,
): Promise<FaceLine> {
  const { sampleRate, minimumMs } = contract.voiceEncoder;
  const { pcm, seconds } = await readAudioFile(file, sampleRate);
  const voiced = await voicedPcm(pcm, listen());
  const heard = {
    file,
    seconds: roundTo(seconds, 3),
    voicedSeconds: roundTo(voiced.length / sampleRate, 3),
  };
  const reading = await readVoice(voiced, contract, encoder);
  if (!reading) {
    const reason = `not enough speech: ${heard.voicedSeconds} s of at least ${minimumMs / 1000} s`;
    return { ...heard, code: null, confidence: null, presentation: null, ageYears: null, reason };
  }
  const { code, confidence } = reading;
  if (picture !== null) await writeFile(picture, await painter.paint(code, styleFromSeed(seed), size));
  return {
    ...heard,
    code: [...code].map((value) => roundTo(value, 5)),
    confidence: roundTo(confidence, 4),
    presentation: roundTo(probes.readPresentation(code), 4),
    ageYears: roundTo(probes.readAgeYears(code), 1),
  };
}
