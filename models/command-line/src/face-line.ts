/** One line of the JSON output: what a voice file gave. */
export type FaceLine = FaceFound | NoFace;

interface FaceFound {
  /** As given. */
  readonly file: string;
  readonly seconds: number;
  readonly voicedSeconds: number;
  /** 128 numbers. */
  readonly code: readonly number[];
  /** 0..1 */
  readonly confidence: number;
  /** Above 0 masculine, below 0 feminine; read from the code. */
  readonly presentation: number;
  readonly ageYears: number;
}

interface NoFace {
  readonly file: string;
  readonly seconds: number;
  readonly voicedSeconds: number;
  readonly code: null;
  readonly confidence: null;
  readonly presentation: null;
  readonly ageYears: null;
  readonly reason: string;
}

export function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
