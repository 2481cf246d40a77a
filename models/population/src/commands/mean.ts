import { join } from 'node:path';
import { type BrowserPageOptions, withBrowserPage } from '../browser-page.ts';
import { EXPRESSION_NAMES, EXPRESSIONS } from '../expressions.ts';
import { writeWhole } from '../output-files.ts';
import { meanPerson } from '../reference-people.ts';

/** Vertices of the pack's base mesh; the mean head projects all of them, as the mesh is laid out on it. */
const BASE_VERTEX_COUNT = 8027;
const PICTURE_SIZE = 512;

/** Renders the mean head into `mean.bin`. */
export async function renderMean(options: BrowserPageOptions & { readonly outFolder: string }): Promise<void> {
  const bytes = await withBrowserPage(options, (page) =>
    page.call({
      kind: 'capture',
      person: meanPerson(),
      passes: [{ show: ['skin'], size: PICTURE_SIZE, supersampling: 2 }],
      geometry: {
        vertices: Array.from({ length: BASE_VERTEX_COUNT }, (_, vertex) => vertex),
        coarseVertices: [],
        expressions: EXPRESSION_NAMES.map((name) => EXPRESSIONS[name]),
      },
    }),
  );
  await writeWhole(join(options.outFolder, 'mean.bin'), bytes);
}
