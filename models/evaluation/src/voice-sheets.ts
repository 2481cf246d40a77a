/** Sheets of faces drawn from real voices. */
import { type FaceCode, faceCodeDistance, styleFromSeed, type VoiceReading } from '@timbre/models';
import { firstSeconds, type HeldOutVoice, readCode } from './held-out-voices.ts';
import type { Sheet, SheetCell, SheetTools } from './sheet.ts';

const SETTLED_SECONDS = 3;
const LONGEST_SECONDS = 6;

/** A voice's style has nothing to do with its sound. */
const styleOf = (number: number) => styleFromSeed(`voice ${number}`);
const percent = (share: number) => `${Math.round(100 * share)} %`;

async function cell(tools: SheetTools, code: FaceCode, number: number, label: string): Promise<SheetCell> {
  return { picture: await tools.painter.paint(code, styleOf(number), tools.size), label };
}

async function reading(
  { models }: SheetTools,
  voice: HeldOutVoice,
  seconds: number,
): Promise<VoiceReading | undefined> {
  return readCode(firstSeconds(voice, seconds, models.contract.voiceEncoder.sampleRate), models);
}

/** Random voices, each in a style of its own. */
export async function voicesSheet(tools: SheetTools, count = 24): Promise<Sheet> {
  const cells: SheetCell[] = [];
  for (const [place, voice] of tools.voices.slice(0, count).entries()) {
    const read = await reading(tools, voice, LONGEST_SECONDS);
    if (read)
      cells.push(await cell(tools, read.code, place + 1, `voice ${place + 1}, sure ${percent(read.confidence)}`));
  }
  return { name: 'voices', columns: 6, cells };
}

/** A voice a row, a clip a column: the faces of a row should be one face. */
export async function clipsSheet(tools: SheetTools, rows = 4, clips = 5): Promise<Sheet> {
  const cells: SheetCell[] = [];
  const samples = SETTLED_SECONDS * tools.models.contract.voiceEncoder.sampleRate;
  const long = (voice: HeldOutVoice) => voice.clips.filter(({ length }) => length >= samples);
  const chosen = tools.voices.filter((voice) => long(voice).length >= clips).slice(0, rows);
  for (const voice of chosen) {
    const number = tools.voices.indexOf(voice) + 1;
    for (const [place, clip] of long(voice).slice(0, clips).entries()) {
      const read = await readCode(clip, tools.models);
      if (read) cells.push(await cell(tools, read.code, number, `voice ${number}, clip ${place + 1}`));
    }
  }
  return { name: 'clips', columns: clips, cells };
}

/** The face while it forms: a voice a row, after 1, 2, 3 and 6 s. */
export async function secondsSheet(tools: SheetTools, rows = 5): Promise<Sheet> {
  const cells: SheetCell[] = [];
  const { sampleRate } = tools.models.contract.voiceEncoder;
  const long = tools.voices.filter(
    (voice) => firstSeconds(voice, LONGEST_SECONDS, sampleRate).length >= 6 * sampleRate,
  );
  for (const voice of long.slice(0, rows)) {
    const number = tools.voices.indexOf(voice) + 1;
    for (const seconds of [1, 2, 3, LONGEST_SECONDS]) {
      const read = await reading(tools, voice, seconds);
      const label = `voice ${number}, ${seconds} s, sure ${percent(read?.confidence ?? 0)}`;
      if (read) cells.push(await cell(tools, read.code, number, label));
    }
  }
  return { name: 'seconds', columns: 4, cells };
}

interface Judged extends VoiceReading {
  readonly number: number;
  readonly voice: HeldOutVoice;
  readonly presentation: number;
  readonly years: number;
  /** Codes of its clips of at least 3 s. */
  readonly clips: readonly FaceCode[];
}

async function judge(tools: SheetTools): Promise<Judged[]> {
  const { models, voices } = tools;
  const samples = SETTLED_SECONDS * models.contract.voiceEncoder.sampleRate;
  const judged: Judged[] = [];
  for (const [place, voice] of voices.entries()) {
    const read = await reading(tools, voice, LONGEST_SECONDS);
    if (!read) continue;
    const clips: FaceCode[] = [];
    for (const clip of voice.clips.filter(({ length }) => length >= samples)) {
      const own = await readCode(clip, models);
      if (own) clips.push(own.code);
    }
    const presentation = models.probes.readPresentation(read.code);
    judged.push({
      ...read,
      number: place + 1,
      voice,
      presentation,
      years: models.probes.readAgeYears(read.code),
      clips,
    });
  }
  return judged;
}

/** The worst of all held-out voices, chosen by figures alone: nothing is left out because it looks bad. */
export async function failuresSheet(tools: SheetTools): Promise<Sheet> {
  const all = await judge(tools);
  const cells: SheetCell[] = [];
  const add = async (code: FaceCode, number: number, label: string) =>
    cells.push(await cell(tools, code, number, label));

  const torn = all
    .map((judged) => ({ judged, pair: farthestPair(judged.clips) }))
    .filter(({ pair }) => pair !== undefined)
    .sort((a, b) => b.pair!.distance - a.pair!.distance);
  for (const { judged, pair } of torn.slice(0, 3)) {
    for (const code of pair!.codes) await add(code, judged.number, `voice ${judged.number}: two faces`);
  }
  for (const [a, b] of nearestPairs(all, 3)) {
    for (const { code, number } of [a, b]) await add(code, a.number, `voice ${number}: like the other`);
  }
  const children = all.filter(({ voice }) => (voice.age ?? Infinity) < 13).sort((a, b) => b.years - a.years);
  for (const { code, number, years, voice } of children.slice(0, 3)) {
    await add(code, number, `${voice.age} years old, drawn ${Math.round(years)}`);
  }
  const adults = all.filter(({ voice }) => (voice.age ?? 0) >= 18).sort((a, b) => a.years - b.years);
  for (const { code, number, years, voice } of adults.slice(0, 3)) {
    await add(code, number, `${voice.age} years old, drawn ${Math.round(years)}`);
  }
  const unlike = all.filter(({ voice }) => voice.presentation !== undefined).sort((a, b) => margin(a) - margin(b));
  for (const { code, number, presentation, voice } of unlike.slice(0, 3)) {
    await add(code, number, `${voice.presentation}, drawn ${presentation.toFixed(2)}`);
  }
  const unsure = all.toSorted((a, b) => a.confidence - b.confidence);
  for (const { code, number, confidence } of unsure.slice(0, 3)) {
    await add(code, number, `voice ${number}, sure only ${percent(confidence)}`);
  }
  return { name: 'failures', columns: 6, cells };
}

/** How far the face's presentation lies on the labelled side; below 0 it lies on the other. */
function margin({ presentation, voice }: Judged): number {
  return voice.presentation === 'masculine' ? presentation : -presentation;
}

function farthestPair(codes: readonly FaceCode[]): { distance: number; codes: [FaceCode, FaceCode] } | undefined {
  let farthest: { distance: number; codes: [FaceCode, FaceCode] } | undefined;
  for (const [place, first] of codes.entries()) {
    for (const second of codes.slice(place + 1)) {
      const distance = faceCodeDistance(first, second);
      if (!farthest || distance > farthest.distance) farthest = { distance, codes: [first, second] };
    }
  }
  return farthest;
}

/** The `count` nearest pairs of voices, no voice twice. */
function nearestPairs(all: readonly Judged[], count: number): [Judged, Judged][] {
  const pairs = all.flatMap((a, place) =>
    all.slice(place + 1).map((b) => ({ a, b, distance: faceCodeDistance(a.code, b.code) })),
  );
  const taken = new Set<Judged>();
  const chosen: [Judged, Judged][] = [];
  for (const { a, b } of pairs.sort((first, second) => first.distance - second.distance)) {
    if (chosen.length === count) break;
    if (taken.has(a) || taken.has(b)) continue;
    chosen.push([a, b]);
    taken.add(a).add(b);
  }
  return chosen;
}
