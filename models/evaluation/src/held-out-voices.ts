/** Voices that no training heard, from the speech folder: the `validate` speakers, all of freely licensed corpora. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaceCode, VoiceReading } from '@timbre/models';
import { type Models, readAudioFile, readVoice, voicedPcm } from 'timbre';

export interface HeldOutVoice {
  /** From the table; undefined for children and where label and pitch disagree. */
  readonly presentation: 'feminine' | 'masculine' | undefined;
  /** Years, where the table says. */
  readonly age: number | undefined;
  /** Voiced 16 kHz PCM of each file. */
  readonly clips: readonly Float32Array[];
}

interface TableRow {
  readonly speaker: string;
  readonly file: string;
  readonly presentation: HeldOutVoice['presentation'];
  readonly age: number | undefined;
}

const CHILD_BELOW_YEARS = 13;

/** In an order that is random but always the same, so that numbers on sheets stay; names stay here. */
export async function heldOutVoices(
  speech: string,
  { contract, listen }: Models,
  onVoice: (done: number, total: number) => void,
): Promise<HeldOutVoice[]> {
  const rows = parseTable(await readFile(join(speech, 'speakers.csv'), 'utf8'));
  const bySpeaker = Map.groupBy(rows, ({ speaker }) => speaker);
  const names = [...bySpeaker.keys()].sort((a, b) => scatter(a).localeCompare(scatter(b)));
  const voices: HeldOutVoice[] = [];
  for (const name of names) {
    const own = bySpeaker.get(name)!;
    const clips: Float32Array[] = [];
    for (const { file } of own) {
      const { pcm } = await readAudioFile(join(speech, file), contract.voiceEncoder.sampleRate);
      clips.push(await voicedPcm(pcm, listen()));
    }
    voices.push({ presentation: own[0]!.presentation, age: own[0]!.age, clips });
    onVoice(voices.length, names.length);
  }
  return voices;
}

/** The columns before `notes` never hold a comma. */
function parseTable(text: string): TableRow[] {
  const [head, ...lines] = text.split(/\r?\n/).filter(Boolean);
  const columns = head!.split(',');
  const rows = lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(columns.map((column, place) => [column, cells[place] ?? '']));
  });
  return rows
    .filter(({ split }) => split === 'validate')
    .map(({ speaker, file, sex, age, suspect_label: suspect }) => {
      const years = age ? Number.parseFloat(age) : Number.NaN;
      const known = suspect !== 'yes' && !(years < CHILD_BELOW_YEARS);
      const presentation = sex === 'female' ? 'feminine' : sex === 'male' ? 'masculine' : undefined;
      return {
        speaker: speaker!,
        file: file!,
        presentation: known ? presentation : undefined,
        age: Number.isNaN(years) ? undefined : years,
      };
    });
}

function scatter(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/** All that a voice says, joined, up to `seconds`. */
export function firstSeconds(voice: HeldOutVoice, seconds: number, sampleRate: number): Float32Array {
  const pcm = new Float32Array(Math.round(seconds * sampleRate));
  let filled = 0;
  for (const clip of voice.clips) {
    const part = clip.subarray(0, pcm.length - filled);
    pcm.set(part, filled);
    filled += part.length;
  }
  return pcm.subarray(0, filled);
}

/** The code of some voiced PCM, as the command line reads it; undefined where there is too little. */
export async function readCode(
  pcm: Float32Array,
  { contract, encoder }: Models,
): Promise<(VoiceReading & { readonly code: FaceCode }) | undefined> {
  return readVoice(pcm, contract, encoder);
}
