import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserPageOptions, withBrowserPage } from '../browser-page.ts';
import { EXPRESSION_NAMES, EXPRESSIONS } from '../expressions.ts';
import { readPuppetVertices, writeWhole } from '../output-files.ts';
import { identityPerson } from '../reference-people.ts';
import type { CaptureGeometry } from '../tone-free-capture.ts';

export interface PeopleOptions extends BrowserPageOptions {
  readonly outFolder: string;
  readonly verticesFile: string;
  readonly from: number;
  /** First seed that is not rendered. */
  readonly to: number;
  /** Side of a picture in pixels. The training side must be told the same (`image_size`). */
  readonly size: number;
  /** Browsers at a time. */
  readonly workers: number;
  readonly log: (line: string) => void;
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
  const { outFolder, from, to, size, log } = options;
  const { verts, raw } = await readPuppetVertices(options.verticesFile);
  const expressions = EXPRESSION_NAMES.map((name) => EXPRESSIONS[name]);
  const geometry: CaptureGeometry = { vertices: verts, coarseVertices: raw, expressions };
  const file = (seed: number, kind: string) => join(outFolder, 'people', `${seed}.${kind}`);

  const seeds = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  const queue = seeds.filter((seed) => !existsSync(file(seed, 'json')));
  log(`${seeds.length} people, ${seeds.length - queue.length} already there`);
  const total = queue.length;
  const started = performance.now();
  let done = 0;

  const work = () =>
    withBrowserPage(options, async (page) => {
      for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
        const person = identityPerson(seed);
        const passes = [{ show: ['skin'] as const, size, supersampling: 1, person: { expr: LIDS } }];
        const bytes = await page.call({ kind: 'capture', person, passes, geometry });
        await writeWhole(file(seed, 'bin'), bytes);
        await writeWhole(file(seed, 'json'), JSON.stringify({ ...person, lidsClosed: LIDS_CLOSED }));
        done++;
        if (done % LOG_EVERY === 0 || done === total) {
          log(`${done} of ${total}, ${Math.round((performance.now() - started) / done)} ms each`);
        }
      }
    });
  const workers = Math.min(options.workers, total);
  const results = await Promise.allSettled(
    Array.from({ length: workers }, () =>
      work().catch((error) => {
        queue.length = 0; // the other workers end after the person they have begun
        throw error;
      }),
    ),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return done;
}
