import { type Browser, chromium, type Page } from 'playwright-core';
import { PopulationError } from './errors.ts';
import type { PageCall } from './page/page-calls.ts';
import { PageServer } from './page/page-server.ts';

export interface BrowserPageOptions {
  /** Folder of the asset pack. */
  readonly packFolder: string;
  /** The page's script, from `bundlePage()`. */
  readonly bundle: string;
  /** Chromium's binary; default the variable CHROMIUM, else `/usr/bin/chromium`. */
  readonly chromiumPath?: string;
  /** `swiftshader` or `egl`; default the variable TIMBRE_GL, else `swiftshader`. */
  readonly drawing?: string;
}

const DEFAULT_CHROMIUM = '/usr/bin/chromium';

/**
 * Who draws. `swiftshader`, the default: Chromium's own software, so that no GPU is needed and no driver makes a
 * difference. `egl`: the machine's driver, a GPU where there is one, else Mesa (a fifth faster than SwiftShader).
 */
const DRAWING_FLAGS: Readonly<Record<string, readonly string[]>> = {
  swiftshader: ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  egl: ['--use-gl=angle', '--use-angle=gl-egl'],
};

/** No network of its own. */
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--ignore-gpu-blocklist',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** One Chromium with the population page in it. Chromium ends with `close()`, or with this process. */
export class BrowserPage {
  /** Name of the GPU, or of the software that stands in for it. */
  readonly gpu: string;
  readonly #server: PageServer;
  readonly #browser: Browser;
  readonly #page: Page;

  private constructor(server: PageServer, browser: Browser, page: Page, gpu: string) {
    this.#server = server;
    this.#browser = browser;
    this.#page = page;
    this.gpu = gpu;
  }

  /** @throws PopulationError `browser-failed` when Chromium does not start, `page-failed` when the page does not load. */
  static async open(options: BrowserPageOptions): Promise<BrowserPage> {
    const executablePath = options.chromiumPath ?? process.env.CHROMIUM ?? DEFAULT_CHROMIUM;
    const drawing = options.drawing ?? process.env.TIMBRE_GL ?? 'swiftshader';
    const drawingFlags = DRAWING_FLAGS[drawing];
    if (!drawingFlags) throw PopulationError.badArgument(`TIMBRE_GL must be swiftshader or egl, not "${drawing}"`);
    const server = new PageServer(options.bundle, options.packFolder);
    const address = await server.start();
    let browser: Browser;
    try {
      browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS, ...drawingFlags] });
    } catch (cause) {
      server.close();
      throw PopulationError.browserFailed(`Chromium does not start from ${executablePath} (set CHROMIUM)`, { cause });
    }
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(0); // building all hair styles takes longer than any sensible default
      await page.goto(address);
      const gpu = await page.evaluate(() => window.population.ready);
      return new BrowserPage(server, browser, page, gpu);
    } catch (error) {
      await browser.close();
      server.close();
      throw PopulationError.pageFailed(String(error));
    }
  }

  /** Carries a call out in the page and gives its bytes. One call at a time. */
  async call(call: PageCall): Promise<Buffer> {
    const { postTo, bytes, abandon } = this.#server.expectResult();
    try {
      await this.#page.evaluate(([call, postTo]) => window.population.call(call, postTo), [call, postTo] as const);
    } catch (error) {
      abandon();
      throw PopulationError.pageFailed(String(error));
    }
    return bytes;
  }

  /** Final and idempotent. */
  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
  }
}

/** Runs `work` with an open page and closes the page in all cases. */
export async function withBrowserPage<T>(
  options: BrowserPageOptions,
  work: (page: BrowserPage) => Promise<T>,
): Promise<T> {
  const page = await BrowserPage.open(options);
  try {
    return await work(page);
  } finally {
    await page.close();
  }
}
