import { join } from 'node:path';
import { type BrowserPageOptions, withBrowserPage } from '../browser-page.ts';
import { writeWhole } from '../output-files.ts';
import { type Look, samplePerson } from '../person.ts';

export interface SheetOptions extends BrowserPageOptions {
  readonly outFolder: string;
  /** First seed. */
  readonly from: number;
  readonly count: number;
  /** Side of one portrait in pixels. */
  readonly size: number;
  readonly looks: readonly Look[];
  readonly log: (line: string) => void;
}

const COLUMNS = 8;

/** Draws random people with all their style, one sheet for each look: `sheet-illustrated.png`, `sheet-natural.png`. */
export async function renderSheets(options: SheetOptions): Promise<void> {
  const { from, count, size, looks, outFolder, log } = options;
  await withBrowserPage(options, async (page) => {
    for (const look of looks) {
      const people = Array.from({ length: count }, (_, i) => samplePerson(from + i, { look }));
      const png = await page.call({ kind: 'sheet', people, size, columns: COLUMNS, supersampling: 2 });
      const path = join(outFolder, `sheet-${look}.png`);
      await writeWhole(path, png);
      log(path);
    }
  });
}
