import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXPRESSION_NAMES, EXPRESSIONS } from '../expressions.ts';
import { readPuppetVertices, writeWhole } from '../output-files.ts';
import { identityPerson } from '../reference-people.ts';
import { type RenderSeedsOptions, renderSeeds } from '../render-seeds.ts';
import type { CaptureGeometry } from '../tone-free-capture.ts';

export interface PeopleOptions extends Omit<RenderSeedsOptions, 'logEvery'> {
  readonly outFolder: string;
  readonly verticesFile: string;
  /** Side of a picture in pixels. The training side must be told the same (`image_size`). */
  readonly size: number;
}

const LOG_EVERY = 50;
/**
 * The picture is taken with the lids this far on the way to a blink, or the skin of raised lids could not be seen: the
 * puppet would blink with what lies over it. The geometry tells the training side where the lids were.
 */
const LIDS_CLOSED = 0.45;
const LIDS = { 'eye-left-closure': LIDS_CLOSED, 'eye-right-closure': LIDS_CLOSED };

/**
 * Renders the tone-free skin and the geometry of people without style. A person is done when its JSON file is there,
 * which is written last; the training side may take the .bin files away.
 *
 * @returns how many people were rendered now
 */
export async function renderPeople(options: PeopleOptions): Promise<number> {
  const { outFolder, size } = options;
  const { verts, raw } = await readPuppetVertices(options.verticesFile);
  const expressions = EXPRESSION_NAMES.map((name) => EXPRESSIONS[name]);
  const geometry: CaptureGeometry = { vertices: verts, coarseVertices: raw, expressions };
  const file = (seed: number, kind: string) => join(outFolder, 'people', `${seed}.${kind}`);

  return renderSeeds(
    { ...options, logEvery: LOG_EVERY },
    (seed) => existsSync(file(seed, 'json')),
    async (page, seed) => {
      const person = identityPerson(seed);
      const passes = [{ show: ['skin'] as const, size, supersampling: 1, person: { expr: LIDS } }];
      const bytes = await page.call({ kind: 'capture', person, passes, geometry });
      await writeWhole(file(seed, 'bin'), bytes);
      await writeWhole(file(seed, 'json'), JSON.stringify({ ...person, lidsClosed: LIDS_CLOSED }));
    },
  );
}
