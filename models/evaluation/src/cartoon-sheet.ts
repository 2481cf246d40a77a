/** The same codes and styles as illustrated portraits and as cartoons, and the cartoon's mouths. */
import { type Expression, styleFromSeed } from '@timbre/models';
import { paintCartoon } from 'timbre';
import { firstSeconds, readCode } from './held-out-voices.ts';
import type { Sheet, SheetCell, SheetTools } from './sheet.ts';

const COLUMNS = 8;
const SHOWN: readonly (Expression | 'rest')[] = ['rest', 'aa', 'ee', 'oo', 'mm', 'SS', 'smile', 'blink'];

/** Two rows of voices, each as portraits above and cartoons below; a last row of one cartoon speaking. */
export async function cartoonSheet({ models, painter, voices, size }: SheetTools): Promise<Sheet> {
  const portraits: SheetCell[] = [];
  const cartoons: SheetCell[] = [];
  const speaking: SheetCell[] = [];
  for (const [place, voice] of voices.slice(0, 2 * COLUMNS).entries()) {
    const read = await readCode(firstSeconds(voice, 6, models.contract.voiceEncoder.sampleRate), models);
    if (!read) continue;
    const style = styleFromSeed(`voice ${place + 1}`);
    portraits.push({ picture: await painter.paint(read.code, style, size), label: `voice ${place + 1}` });
    const cartoon = (weights = {}) => paintCartoon(read.code, style, models.probes, size, weights);
    cartoons.push({ picture: await cartoon(), label: `voice ${place + 1}, cartoon` });
    if (speaking.length > 0) continue;
    for (const shown of SHOWN) speaking.push({ picture: await cartoon({ [shown]: 1 }), label: shown });
  }
  const rows = [
    portraits.slice(0, COLUMNS),
    cartoons.slice(0, COLUMNS),
    portraits.slice(COLUMNS),
    cartoons.slice(COLUMNS),
  ];
  return { name: 'cartoon', columns: COLUMNS, cells: [...rows.flat(), ...speaking] };
}
