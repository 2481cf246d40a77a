/** Whatever dies on our side, the call goes on and the faces come back. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinCall, OUTPUT, ownId, waitForAvatar } from './call-fixture.ts';
import { launchChromium } from './chromium.ts';
import { type CuttableLine, layLine } from './cuttable-line.ts';
import { type ServedCall, serveCall } from './served-call.ts';
import { writeSpeechFile } from './speech-file.ts';
import { keepScreenshot } from './tile-pixels.ts';

const MINUTES = 60_000;

let call: ServedCall;
let line: CuttableLine;
let speaking: Browser;
let listening: Browser;
let speaker: Page;
let viewer: Page;
let id: string;

beforeAll(async () => {
  call = await serveCall();
  line = await layLine(call.url);
  speaking = await launchChromium(await writeSpeechFile(`${OUTPUT}/speech.wav`));
  listening = await launchChromium();
  viewer = await joinCall(listening, call.url, { room: 'sturdy', name: 'Grace Hopper', listenOnly: true });
  speaker = await joinCall(speaking, line.url, { room: 'sturdy', name: 'Ada Lovelace', face: true });
  id = await ownId(speaker);
  await waitForAvatar(viewer, id, 'settled');
}, 4 * MINUTES);

afterAll(async () => {
  await Promise.all([speaking?.close(), listening?.close()]);
  await line?.close();
  await call?.close();
}, MINUTES);

/** The viewer hears the speaker: the speaking ring follows the received audio. */
async function hears(page: Page): Promise<void> {
  await page.waitForSelector(`[data-testid="tile-${id}"].speaking`);
}

/** Every avatar state that the viewer's tile shows while `act` runs. */
async function statesDuring(page: Page, act: () => Promise<void>): Promise<string[]> {
  const selector = `[data-testid="tile-${id}"] [data-avatar-state]`;
  await page.evaluate((selector) => {
    const avatar = document.querySelector<HTMLElement>(selector)!;
    const seen = new Set([avatar.dataset.avatarState ?? '']);
    const observer = new MutationObserver(() => seen.add(avatar.dataset.avatarState ?? ''));
    observer.observe(avatar, { attributes: true, attributeFilter: ['data-avatar-state'] });
    Object.assign(window, { statesSeen: seen });
  }, selector);
  await act();
  return page.evaluate(() => [...(window as unknown as { statesSeen: Set<string> }).statesSeen]);
}

async function choose(choice: string): Promise<void> {
  await speaker.getByTestId('my-avatar').click();
  await speaker.getByTestId(choice).click();
  await speaker.keyboard.press('Escape');
}

function kill(pids: readonly number[]): void {
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}

describe('the sidecar is killed', () => {
  it('keeps the call, and a face that was known', { timeout: 3 * MINUTES }, async () => {
    const before = call.pids('sidecar');
    const states = await statesDuring(viewer, async () => {
      kill(before);
      await viewer.waitForTimeout(2_500);
      await hears(viewer);
    });
    expect(states).toEqual(['settled']);
    await expect.poll(() => call.pids('sidecar').length, { timeout: MINUTES }).toBe(1);
    expect(call.pids('sidecar')).not.toEqual(before);
  });

  it('while it listens: the tap opens again on the restarted one and the face comes', {
    timeout: 4 * MINUTES,
  }, async () => {
    await choose('avatar-off');
    await waitForAvatar(viewer, id, 'withdrawn');
    await choose('avatar-face');
    await waitForAvatar(viewer, id, 'listening', 'forming');
    kill(call.pids('sidecar'));
    await hears(viewer);
    await waitForAvatar(viewer, id, 'settled');
    await keepScreenshot(viewer, 'after-sidecar-death');
  });
});

describe('a mediasoup Worker is killed', () => {
  it('re-forms the room: participants stay, are heard again and keep their faces', {
    timeout: 3 * MINUTES,
  }, async () => {
    const before = call.pids('worker');
    const states = await statesDuring(viewer, async () => {
      kill(before);
      await expect.poll(() => call.pids('worker').length, { timeout: MINUTES }).toBe(1);
      await viewer.waitForTimeout(1_000); // what was heard before has faded from the speaking ring
      await hears(viewer);
    });
    expect(states).toEqual(['settled']);
    expect(call.pids('worker')).not.toEqual(before);
    expect(await viewer.locator('body').getAttribute('data-connection-state')).toBe('joined');
    await keepScreenshot(viewer, 'after-worker-death');
  });
});

describe("a participant's connection is cut", () => {
  it('takes the call up again within the resume window, with the face', { timeout: 3 * MINUTES }, async () => {
    const states = await statesDuring(viewer, async () => {
      line.cut();
      await speaker.waitForSelector('body[data-connection-state="reconnecting"]');
      await keepScreenshot(speaker, 'reconnecting');
      await speaker.waitForTimeout(2_000);
      line.mend();
      await speaker.waitForSelector('body[data-connection-state="joined"]');
      await hears(viewer);
    });
    expect(states).toEqual(['settled']);
    expect(await ownId(speaker)).toBe(id);
    await waitForAvatar(speaker, id, 'settled');
    // The consent came along: what was granted can still be withdrawn.
    await choose('avatar-off');
    await waitForAvatar(viewer, id, 'withdrawn');
  });
});
