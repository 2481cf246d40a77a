/** What the page says when something is in the way, and the way out that it offers. */
import type { Browser, Page } from 'playwright-core';
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '../../plugin/protocol/src/version.ts';
import { sfuConfig } from '../../server/src/config.ts';
import { createLog } from '../../server/src/log.ts';
import { type RunningSfu, startSfu } from '../../server/src/start-sfu.ts';
import { joinCall } from './call-fixture.ts';
import { launchChromium } from './chromium.ts';
import { keepScreenshot } from './tile-pixels.ts';

const MINUTES = 60_000;
const ROOM_PLACES = 25;

let sfu: RunningSfu;
let browser: Browser;
const sockets: Socket[] = [];

beforeAll(async () => {
  const config = sfuConfig({
    PORT: '0',
    TIMBRE_RTC_PORT_BASE: '0',
    TIMBRE_WORKERS: '1',
    TIMBRE_SIDECARS: '',
    MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN,
  });
  sfu = await startSfu({ config, log: createLog('sfu', { level: 'error' }) });
  browser = await launchChromium();
}, 2 * MINUTES);

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  for (const context of browser.contexts()) await context.close();
});

afterAll(async () => {
  await browser?.close();
  await sfu?.close();
}, MINUTES);

/** The join form, filled in. `script` runs in the page before anything else. */
async function openForm(room: string, script?: () => void): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1000, height: 760 } });
  page.setDefaultTimeout(MINUTES);
  if (script !== undefined) await page.addInitScript(script);
  await page.goto(`${sfu.url}/?room=${room}&name=Ada`);
  return page;
}

/** A participant without a page. */
async function takePlace(room: string, id: string): Promise<void> {
  const token = await sfu.tokens.issue({ sub: id, room, name: id });
  const socket = io(sfu.url, { auth: { protocol: PROTOCOL_VERSION, token }, transports: ['websocket'] });
  sockets.push(socket);
  const reply: { ok: boolean } = await socket.timeout(30_000).emitWithAck('join', {});
  expect(reply.ok).toBe(true);
}

describe('the join page', { timeout: 4 * MINUTES }, () => {
  it('explains a denied microphone and lets one join to listen only', async () => {
    const page = await openForm('denied', () => {
      navigator.mediaDevices.getUserMedia = () =>
        Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));
    });
    await page.getByTestId('join-submit').click();
    await page.getByRole('alert').getByText('Your microphone is blocked').waitFor();
    await keepScreenshot(page, 'microphone-denied');
    await page.getByRole('button', { name: 'Join to listen only' }).click();
    await page.waitForSelector('body[data-connection-state="joined"]');
    expect(await page.getByTestId('mute').getAttribute('data-state')).toBe('none');
  });

  it('explains a full room, and keeps the form for another one', async () => {
    await Promise.all(Array.from({ length: ROOM_PLACES }, (_, place) => takePlace('crowd', `guest-${place}`)));
    const page = await openForm('crowd');
    await page.getByTestId('join-submit').click();
    await page.getByRole('alert').getByText('This room is full').waitFor();
    await keepScreenshot(page, 'room-full');
    await page.getByTestId('join-room').fill('elsewhere');
    await page.getByTestId('join-submit').click();
    await page.waitForSelector('body[data-connection-state="joined"]');
  });

  it('asks for the camera once, however often the button is pressed meanwhile', async () => {
    const page = await openForm('cameras', () => {
      const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      const { promise, resolve } = Promise.withResolvers<void>();
      const asked = { cameras: 0, answer: resolve };
      Object.assign(window, { asked });
      navigator.mediaDevices.getUserMedia = async (constraints) => {
        if (constraints?.video) {
          asked.cameras += 1;
          await promise;
        }
        return original(constraints);
      };
    });
    await page.getByTestId('join-submit').click();
    await page.waitForSelector('body[data-connection-state="joined"]');
    const camera = page.getByTestId('camera');
    await camera.waitFor();
    for (let press = 0; press < 3; press += 1) await camera.dispatchEvent('click');
    type Asked = { cameras: number; answer(): void };
    await page.evaluate(() => (window as unknown as { asked: Asked }).asked.answer());
    await page.waitForSelector('[data-testid="camera"][data-state="on"]');
    expect(await page.evaluate(() => (window as unknown as { asked: Asked }).asked.cameras)).toBe(1);
  });

  it('fetches the face decoder on joining, before anybody is listened to', async () => {
    const page = await openForm('early');
    const weights = page.waitForResponse((response) => response.url().endsWith('/weights/face-decoder.onnx'));
    await page.getByTestId('join-submit').click();
    expect((await weights).ok()).toBe(true);
  });

  it('says that the server is lost, in a call and before one', async () => {
    const { url } = sfu;
    const inCall = await joinCall(browser, url, { room: 'lost', name: 'Grace', listenOnly: true });
    const before = await openForm('lost');
    await sfu.close();
    await inCall.getByTestId('banner-connection').getByText('Reconnecting').waitFor();
    await keepScreenshot(inCall, 'server-lost');
    await before.getByTestId('join-submit').click();
    await before.getByRole('alert').getByText('The server can’t be reached').waitFor();
  });
});
