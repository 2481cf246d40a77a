/** Sheets of what one face can do: styles, expressions, and the way from one face to another. */
import { blendFaceCodes, EXPRESSIONS, type FaceCode, styleFromSeed } from '@timbre/models';
import { firstSeconds, readCode } from './held-out-voices.ts';
import type { Sheet, SheetCell, SheetTools } from './sheet.ts';

/** The codes of the first `count` voices that have one. */
async function codes({ voices, models }: SheetTools, count: number): Promise<FaceCode[]> {
  const found: FaceCode[] = [];
  for (const voice of voices) {
    if (found.length === count) break;
    const read = await readCode(firstSeconds(voice, 6, models.contract.voiceEncoder.sampleRate), models);
    if (read) found.push(read.code);
  }
  return found;
}

/** One face in many styles: nothing here comes from the voice. */
export async function stylesSheet(tools: SheetTools, count = 24): Promise<Sheet> {
  const [code] = await codes(tools, 1);
  const cells: SheetCell[] = [];
  for (let number = 1; number <= count; number += 1) {
    const picture = await tools.painter.paint(code!, styleFromSeed(`style ${number}`), tools.size);
    cells.push({ picture, label: `style ${number}` });
  }
  return { name: 'styles', columns: 8, cells };
}

/** Every expression at its full weight, a face a row. */
export async function expressionsSheet(tools: SheetTools, rows = 3): Promise<Sheet> {
  const cells: SheetCell[] = [];
  for (const [place, code] of (await codes(tools, rows)).entries()) {
    const style = styleFromSeed(`voice ${place + 1}`);
    for (const expression of EXPRESSIONS) {
      const picture = await tools.painter.paint(code, style, tools.size, { weights: { [expression]: 1 } });
      cells.push({ picture, label: expression });
    }
  }
  return { name: 'expressions', columns: EXPRESSIONS.length / 2, cells };
}

/** From one voice's face to another's in seven steps of the code, in one style. */
export async function interpolationSheet(tools: SheetTools, rows = 4, steps = 7): Promise<Sheet> {
  const ends = await codes(tools, 2 * rows);
  const cells: SheetCell[] = [];
  for (let row = 0; row < Math.floor(ends.length / 2); row += 1) {
    const style = styleFromSeed(`voice ${row + 1}`);
    for (let step = 0; step < steps; step += 1) {
      const t = step / (steps - 1);
      const code = blendFaceCodes(ends[2 * row]!, ends[2 * row + 1]!, t);
      cells.push({ picture: await tools.painter.paint(code, style, tools.size), label: `${Math.round(100 * t)} %` });
    }
  }
  return { name: 'interpolation', columns: steps, cells };
}
