import { join } from 'node:path';
import { type BrowserPageOptions, withBrowserPage } from '../browser-page.ts';
import { HAIR_STYLE_NAMES } from '../hair-styles.ts';
import { writeWhole } from '../output-files.ts';
import { type Look, type Person, samplePerson } from '../person.ts';

/** What a sheet compares: random people, or the same few people at several ages, tones or with every hair style. */
export const SHEET_KINDS = ['people', 'ages', 'tones', 'hair'] as const;
export type SheetKind = (typeof SHEET_KINDS)[number];

export interface SheetOptions extends BrowserPageOptions {
  readonly outFolder: string;
  readonly kind: SheetKind;
  /** First seed. */
  readonly from: number;
  /** How many people a sheet of people shows. */
  readonly count: number;
  /** Side of one portrait in pixels. */
  readonly size: number;
  readonly looks: readonly Look[];
  readonly log: (line: string) => void;
}

const AGES = [8, 11, 15, 20, 28, 36, 44, 52, 60, 68, 76];
const TONES = [0, 0.14, 0.29, 0.43, 0.57, 0.71, 0.86, 1];
const COLUMNS = 8;
/** Feminine and masculine in turn. */
const presentationOf = (row: number) => (row % 2 === 0 ? 0.06 : 0.94);

interface SheetPlan {
  readonly columns: number;
  readonly people: readonly Person[];
}

function planSheet({ kind, from, count }: SheetOptions, look: Look): SheetPlan {
  const rows = Array.from({ length: 4 }, (_, row) => row);
  switch (kind) {
    case 'people': {
      return { columns: COLUMNS, people: Array.from({ length: count }, (_, i) => samplePerson(from + i, { look })) };
    }
    case 'ages': {
      const aged = (row: number) =>
        AGES.map((age) => samplePerson(from + row, { look, age, sex: presentationOf(row), toneT: row / 3 }));
      return { columns: AGES.length, people: rows.flatMap(aged) };
    }
    case 'tones': {
      const toned = (row: number) =>
        TONES.map((toneT) => samplePerson(from + row, { look, toneT, sex: presentationOf(row) }));
      return { columns: TONES.length, people: rows.flatMap(toned) };
    }
    case 'hair': {
      const people = HAIR_STYLE_NAMES.map((hair, i) => {
        return samplePerson(from + (i % 5), { look, hair, age: 32, toneT: TONES[(3 * i) % TONES.length] });
      });
      return { columns: COLUMNS - 1, people };
    }
  }
}

/** Draws people with all their style, one sheet for each look: `<kind>-illustrated.png`, `<kind>-natural.png`. */
export async function renderSheets(options: SheetOptions): Promise<void> {
  const { kind, size, looks, outFolder, log } = options;
  await withBrowserPage(options, async (page) => {
    for (const look of looks) {
      const { people, columns } = planSheet(options, look);
      const png = await page.call({ kind: 'sheet', people, size, columns, supersampling: 2 });
      const path = join(outFolder, `${kind}-${look}.png`);
      await writeWhole(path, png);
      log(path);
    }
  });
}
