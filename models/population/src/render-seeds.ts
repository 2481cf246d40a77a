/** People by seed, rendered in several browsers at a time, those that are done left out. */
import { type BrowserPageOptions, withBrowserPage } from './browser-page.ts';

export interface RenderSeedsOptions extends BrowserPageOptions {
  readonly from: number;
  /** First seed that is not rendered. */
  readonly to: number;
  /** Browsers at a time. */
  readonly workers: number;
  /** People between two lines of the log. */
  readonly logEvery: number;
  readonly log: (line: string) => void;
}

type Page = Parameters<Parameters<typeof withBrowserPage>[1]>[0];

/**
 * Calls `render` for every seed that isn't done. A failure ends the others after the person they have begun.
 *
 * @returns how many people were rendered now
 */
export async function renderSeeds(
  options: RenderSeedsOptions,
  isDone: (seed: number) => boolean,
  render: (page: Page, seed: number) => Promise<void>,
): Promise<number> {
  const { from, to, logEvery, log } = options;
  const seeds = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  const queue = seeds.filter((seed) => !isDone(seed));
  log(`${seeds.length} people, ${seeds.length - queue.length} already there`);
  const total = queue.length;
  const started = performance.now();
  let done = 0;

  const work = () =>
    withBrowserPage(options, async (page) => {
      for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
        await render(page, seed);
        done++;
        if (done % logEvery === 0 || done === total) {
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
