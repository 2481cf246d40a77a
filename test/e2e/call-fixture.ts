/** A whole call in this process: SFU and sidecar as in production, pages in Chromium. */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { createSecret, sfuConfig } from '../../server/src/config.ts';
import { type RunningSidecar, type SidecarOptions, startSidecar } from '../../server/src/inference/sidecar.ts';
import { createLog } from '../../server/src/log.ts';
import { type RunningSfu, startSfu } from '../../server/src/start-sfu.ts';
import { launchChromium } from './chromium.ts';
import { writeSpeechFile } from './speech-file.ts';

export const OUTPUT = fileURLToPath(new URL('./output', import.meta.url));
/** Small: every pixel is drawn by the CPU here. */
const VIEWPORT = { width: 760, height: 520 };
/** Two cores may be shared with much else. */
const PATIENCE_MS = 60_000;

export interface RunningCall {
  readonly sfu: RunningSfu;
  readonly sidecar: RunningSidecar;
  /** Its microphone plays the speech file. */
  readonly speaking: Browser;
  readonly listening: Browser;
  close(): Promise<void>;
}

/** `sidecarOptions` override those of the sidecar. */
export async function startCall(sidecarOptions: Partial<SidecarOptions> = {}): Promise<RunningCall> {
  const tapSecret = createSecret();
  const local = { host: '127.0.0.1', port: 0, rtpPort: 0, rtpIp: '127.0.0.1' };
  const sidecar = await startSidecar({
    ...local,
    tapSecret,
    executionProviders: ['cpu'],
    log: createLog('sidecar', { level: 'error' }),
    allowUnverifiedWeights: process.env.TIMBRE_UNVERIFIED_WEIGHTS === '1',
    ...sidecarOptions,
  });
  const config = sfuConfig({
    PORT: '0',
    TIMBRE_RTC_PORT_BASE: '0',
    TIMBRE_WORKERS: '1',
    TIMBRE_SIDECARS: `ws://127.0.0.1:${sidecar.port}`,
    TIMBRE_TAP_SECRET: tapSecret,
    MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN,
  });
  const sfu = await startSfu({ config, log: createLog('sfu', { level: 'error' }) });
  const speaking = await launchChromium(await writeSpeechFile(`${OUTPUT}/speech.wav`));
  const listening = await launchChromium();
  const close = async () => {
    await Promise.all([speaking.close(), listening.close()]);
    await sfu.close();
    await sidecar.close();
  };
  return { sfu, sidecar, speaking, listening, close };
}

export interface JoinOptions {
  readonly room: string;
  readonly name: string;
  /** Ticks "Give me a face from my voice". Default false. */
  readonly face?: boolean;
  /** Joins without a microphone. Default false. */
  readonly listenOnly?: boolean;
  /** A join token, for a participant's id of the test's choice. Default: the page asks the server. */
  readonly token?: string;
  /** Called with the page before it loads anything. */
  readonly onPage?: (page: Page) => void;
}

/** Opens the page and fills in the form as a person would. Resolves once in the call. */
export async function joinCall(browser: Browser, url: string, options: JoinOptions): Promise<Page> {
  const { room, name, face = false, listenOnly = false, token } = options;
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  options.onPage?.(page);
  if (token !== undefined) await page.route('**/dev/token', (route) => route.fulfill({ json: { token } }));
  await page.goto(`${url}/?room=${room}`);
  await page.getByTestId('join-name').fill(name);
  if (listenOnly) await page.getByTestId('join-microphone').selectOption('listen-only');
  if (face) await page.getByTestId('join-face').check();
  await page.getByTestId('join-submit').click();
  await page.waitForSelector('body[data-connection-state="joined"]');
  return page;
}

/** The participant's id of the page itself. */
export async function ownId(page: Page): Promise<string> {
  const testId = await page.locator('.tile[data-self]').getAttribute('data-testid');
  if (testId === null) throw new Error('the page has no tile of its own');
  return testId.slice('tile-'.length);
}

/** Waits until a participant's tile shows one of the avatar states. */
export async function waitForAvatar(page: Page, participantId: string, ...states: readonly string[]): Promise<void> {
  const selectors = states.map((state) => `[data-testid="tile-${participantId}"] [data-avatar-state="${state}"]`);
  await page.waitForSelector(selectors.join(', '));
}

/** Waits until something was drawn into a participant's tile: only then its canvas has the tile's size. */
export async function waitForFirstFrame(page: Page, participantId: string): Promise<void> {
  await page.waitForFunction((testId) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`[data-testid="${testId}"] canvas`);
    return canvas !== null && canvas.width === Math.round(canvas.clientWidth * devicePixelRatio);
  }, `tile-${participantId}`);
}
