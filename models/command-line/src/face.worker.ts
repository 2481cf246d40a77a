/** What one worker thread does with one file: read, listen, encode, draw, write the picture. */
import { writeFile } from 'node:fs/promises';
import { ModelError, styleFromSeed } from '@timbre/models';
import { workerData } from 'piscina';
import { readAudioFile } from './audio-file.ts';
import { paintCartoon } from './cartoon-picture.ts';
import { CommandError } from './errors.ts';
import { type FaceLine, roundTo } from './face-line.ts';
import { readVoice, voicedPcm } from './face-reading.ts';
import { loadModels, loadPuppetAssets, type Models } from './model-files.ts';
import { PortraitPainter } from './portrait.ts';

export interface FaceWorkerData {
  readonly modelsFolder: string;
  /** One Int32: not 0 once the run is given up. */
  readonly givenUp: SharedArrayBuffer;
}

export interface FaceTask {
  readonly file: string;
  /** Where the picture goes; null: none is drawn. */
  readonly picture: string | null;
  readonly seed: string;
  /** Pixels. */
  readonly size: number;
  readonly look: FaceLook;
}

/** How a picture is drawn: as a portrait, by the face decoder, or as a cartoon, which needs none. */
export type FaceLook = 'illustrated' | 'cartoon';

export type FaceResult =
  | { readonly outcome: 'line'; readonly line: FaceLine }
  /** This file can't be read, or its picture not written; others may. */
  | { readonly outcome: 'bad-file'; readonly message: string }
  /** The models can't be used: every other file would fail as well. (Errors lose their class between threads.) */
  | { readonly outcome: 'bad-models'; readonly message: string }
  /** The run was given up before this file's turn came. */
  | { readonly outcome: 'left-out' };

const { modelsFolder, givenUp } = workerData as FaceWorkerData;
const givenUpFlag = new Int32Array(givenUp);
const loading: Promise<{ models: Models; painter: PortraitPainter }> = loadModels(modelsFolder).then(
  async (models) => ({
    models,
    painter: new PortraitPainter(models.decoder, await loadPuppetAssets(modelsFolder)),
  }),
);
// Whoever awaits it in a task gets the error; until then it isn't unhandled.
loading.catch(() => undefined);

/** Only what nobody foresaw is thrown. */
export async function face(task: FaceTask): Promise<FaceResult> {
  try {
    const { models, painter } = await loading;
    if (Atomics.load(givenUpFlag, 0) !== 0) return { outcome: 'left-out' };
    return { outcome: 'line', line: await readFace(task, models, painter) };
  } catch (error) {
    if (error instanceof ModelError) return { outcome: 'bad-models', message: error.message };
    if (!(error instanceof CommandError)) throw error;
    return { outcome: error.reason === 'no-models' ? 'bad-models' : 'bad-file', message: error.message };
  }
}

async function readFace(
  { file, picture, seed, size, look }: FaceTask,
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
  if (picture !== null) {
    const style = styleFromSeed(seed);
    const cartoon = look === 'cartoon';
    const painted = await (cartoon ? paintCartoon(code, style, probes, size) : painter.paint(code, style, size));
    await writeFile(picture, painted).catch((error: unknown) => {
      throw CommandError.unwritable(picture, error);
    });
  }
  return {
    ...heard,
    code: [...code].map((value) => roundTo(value, 5)),
    confidence: roundTo(confidence, 4),
    presentation: roundTo(probes.readPresentation(code), 4),
    ageYears: roundTo(probes.readAgeYears(code), 1),
  };
}
