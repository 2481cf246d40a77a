import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../output-files.ts';
import type { Person } from '../person.ts';
import { identityPerson } from '../reference-people.ts';
import { type RenderSeedsOptions, renderSeeds } from '../render-seeds.ts';
import { readViews } from '../view-capture.ts';
import { sampleViews } from '../view-sampling.ts';
import { styleOf } from '../view-styles.ts';

export interface ViewsOptions extends Omit<RenderSeedsOptions, 'logEvery'> {
  readonly outFolder: string;
  /** Views of each person. */
  readonly views: number;
  /** Side of a view in pixels. */
  readonly size: number;
}

const JPEG_QUALITY = 0.92;
/** The alignment averages neighbouring pixels anyway. */
const SUPERSAMPLING = 1;
const LOG_EVERY = 20;

/** The person as `people` rendered them, if it did; a later version of the sampling may draw another one. */
async function knownPerson(folder: string, seed: number): Promise<Person> {
  const file = join(folder, 'people', `${seed}.json`);
  const drawn = identityPerson(seed);
  if (!existsSync(file)) return drawn;
  const known: Partial<Person> = JSON.parse(await readFile(file, 'utf8'));
  return { ...drawn, ...known, skinMix: known.skinMix ?? 0 };
}

/**
 * Renders small pictures of people over pose, light, expression and style, for the face recogniser. A person is done
 * when the JSON file is there, which is written last.
 *
 * @returns how many people were rendered now
 */
export async function renderViews(options: ViewsOptions): Promise<number> {
  const { outFolder, views: count, size } = options;
  const file = (seed: number, kind: string) => join(outFolder, 'views', `${seed}.${kind}`);
  return renderSeeds(
    { ...options, logEvery: LOG_EVERY },
    (seed) => existsSync(file(seed, 'json')),
    async (page, seed) => {
      const person = await knownPerson(outFolder, seed);
      const views = sampleViews(person, count);
      const picture = { size, supersampling: SUPERSAMPLING, quality: JPEG_QUALITY };
      const captured = readViews(await page.call({ kind: 'views', views, picture }), count);
      let offset = 0;
      const described = captured.map(({ landmarks, jpeg }, i) => {
        const { person: dressed, pose, light, expression } = views[i];
        const style = styleOf(dressed);
        const entry = { offset, bytes: jpeg.length, landmarks, pose, light, expression, style };
        offset += jpeg.length;
        return entry;
      });
      await writeWhole(file(seed, 'bin'), Buffer.concat(captured.map(({ jpeg }) => jpeg)));
      await writeWhole(file(seed, 'json'), JSON.stringify({ size, person, views: described }));
    },
  );
}
