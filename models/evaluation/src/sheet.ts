/** What a sheet is made of, and what it is made with. */
import type { Models, PortraitPainter, SheetPicture } from 'timbre';
import type { HeldOutVoice } from './held-out-voices.ts';

export type SheetCell = SheetPicture;

export interface Sheet {
  /** Of its file, without an ending. */
  readonly name: string;
  readonly columns: number;
  readonly cells: readonly SheetCell[];
}

export interface SheetTools {
  readonly models: Models;
  readonly painter: PortraitPainter;
  readonly voices: readonly HeldOutVoice[];
  /** Pixels of a picture's side. */
  readonly size: number;
}
