import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserPageOptions, withBrowserPage } from '../browser-page.ts';
import { readPuppetVertices, writeWhole } from '../output-files.ts';
import { styleLayers } from '../style-layers.ts';

export interface LayersOptions extends BrowserPageOptions {
  readonly outFolder: string;
  readonly verticesFile: string;
  /** Kinds to render (`hair`, `eye`, ...); default all. */
  readonly kinds?: readonly string[];
  readonly log: (line: string) => void;
}

/** Renders the layers that are not there yet into `layers/`, and lists all that are there in `layers/list.json`. */
export async function renderLayers(options: LayersOptions): Promise<void> {
  const { outFolder, kinds, log } = options;
  const { raw } = await readPuppetVertices(options.verticesFile);
  const file = (name: string) => join(outFolder, 'layers', name);
  const layers = styleLayers();
  const missing = layers.filter(({ name, kind }) => {
    return !existsSync(file(`${name}.bin`)) && (kinds === undefined || kinds.includes(kind));
  });
  if (missing.length > 0) {
    await withBrowserPage(options, async (page) => {
      for (const { name, person, passes, withGeometry } of missing) {
        const started = performance.now();
        const geometry = { vertices: [], coarseVertices: raw, expressions: [] };
        const bytes = await page.call({ kind: 'capture', person, passes, ...(withGeometry ? { geometry } : {}) });
        await writeWhole(file(`${name}.bin`), bytes);
        log(`${name}: ${Math.round(performance.now() - started)} ms`);
      }
    });
  }
  const list = layers
    .filter(({ name }) => existsSync(file(`${name}.bin`)))
    .map(({ name, kind, passes }) => ({ name, kind, n: passes.length }));
  await writeWhole(file('list.json'), JSON.stringify(list));
}
