/**
 * From the first voiced packet to the settled face on another page. Server and sidecar run in this process with the
 * shipped models, wrapped only to note the time; pages run in Chromium. All clocks are this machine's.
 */
import type { Page } from 'playwright-core';
import { type InferenceModels, loadInferenceModels } from '../../server/src/inference/inference-models.ts';
import { createLog } from '../../server/src/log.ts';
import { joinCall, ownId, startCall, waitForAvatar } from '../e2e/call-fixture.ts';

/** Milliseconds. */
export interface Stages {
  /** Voiced audio that the settling window held. */
  readonly listening: number;
  /** First voiced block to the encoder's call that settled the face, less `listening`: the speaker's pauses, and waiting. */
  readonly pauses: number;
  readonly encoder: number;
  /** Encoder's answer to the message at the other page. */
  readonly signalling: number;
  /** Message to the settled face on the other page's screen. */
  readonly decodeAndShow: number;
  readonly total: number;
  /** `total` less `pauses`: what a caller who doesn't pause would see. */
  readonly withoutPauses: number;
}

interface Encoding {
  readonly startMs: number;
  readonly endMs: number;
  readonly voicedMs: number;
}

/** What the wrapped models saw since the last `forget`. */
class Trace {
  firstVoiceMs: number | undefined;
  readonly encodings: Encoding[] = [];

  forget(): void {
    this.firstVoiceMs = undefined;
    this.encodings.length = 0;
  }

  async models(): Promise<InferenceModels> {
    const log = createLog('bench', { level: 'error' });
    const allowUnverified = process.env.TIMBRE_UNVERIFIED_WEIGHTS === '1';
    const models = await loadInferenceModels({ executionProviders: ['cpu'], log, allowUnverified });
    return {
      ...models,
      createVoiceActivity: () => this.#watchVoice(models.createVoiceActivity()),
      encoder: {
        encode: async (windows) => {
          const startMs = Date.now();
          const readings = await models.encoder.encode(windows);
          const voicedMs = Math.max(...windows.map((window) => window.length)) / 16;
          this.encodings.push({ startMs, endMs: Date.now(), voicedMs });
          return readings;
        },
      },
    };
  }

  #watchVoice(activity: ReturnType<InferenceModels['createVoiceActivity']>) {
    const push = activity.push.bind(activity);
    activity.push = async (pcm) => {
      const arrivedMs = Date.now() - pcm.length / 16;
      const blocks = await push(pcm);
      if (blocks.some((block) => block.voiced)) this.firstVoiceMs ??= arrivedMs;
      return blocks;
    };
    return activity;
  }
}

/** Notes when the page gets the message of the settled face, and when the tile shows it. */
function watchPage(page: Page): { messageMs?: number } {
  const seen: { messageMs?: number } = {};
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload === 'string' && payload.includes('"state":"settled"')) seen.messageMs ??= Date.now();
    }),
  );
  return seen;
}

function shownAt(page: Page, participantId: string): Promise<number> {
  return page.evaluate(
    (selector) =>
      new Promise<number>((resolve) => {
        const avatar = document.querySelector<HTMLElement>(selector)!;
        const look = () => {
          if (avatar.dataset.avatarState === 'settled') resolve(Date.now());
          else requestAnimationFrame(look);
        };
        look();
      }),
    `[data-testid="tile-${participantId}"] [data-avatar-state]`,
  );
}

async function choose(page: Page, choice: string): Promise<void> {
  await page.getByTestId('my-avatar').click();
  await page.getByTestId(choice).click();
  await page.keyboard.press('Escape');
}

/** One caller gives and withdraws consent `rounds` times; each time the face starts from nothing. */
export async function measureFirstFaces(rounds: number): Promise<Stages[]> {
  const trace = new Trace();
  const call = await startCall({ loadModels: () => trace.models() });
  try {
    const watched: { messageMs?: number }[] = [];
    const viewer = await joinCall(call.listening, call.sfu.url, {
      room: 'bench',
      name: 'Viewer',
      listenOnly: true,
      onPage: (page) => watched.push(watchPage(page)),
    });
    const speaker = await joinCall(call.speaking, call.sfu.url, { room: 'bench', name: 'Speaker' });
    const id = await ownId(speaker);
    const [seen] = watched;
    if (seen === undefined) throw new Error('the page was not watched');
    const faces: Stages[] = [];
    for (let round = 0; round < rounds; round += 1) {
      trace.forget();
      delete seen.messageMs;
      await choose(speaker, 'avatar-face');
      const shownMs = await shownAt(viewer, id);
      const { messageMs } = seen;
      const settling = trace.encodings.findLast((encoding) => encoding.endMs <= (messageMs ?? 0));
      const first = trace.firstVoiceMs;
      if (first === undefined || settling === undefined || messageMs === undefined)
        throw new Error('nothing was traced');
      faces.push({
        listening: settling.voicedMs,
        pauses: settling.startMs - first - settling.voicedMs,
        encoder: settling.endMs - settling.startMs,
        signalling: messageMs - settling.endMs,
        decodeAndShow: shownMs - messageMs,
        total: shownMs - first,
        withoutPauses: shownMs - settling.startMs + settling.voicedMs,
      });
      await choose(speaker, 'avatar-off');
      await waitForAvatar(viewer, id, 'withdrawn');
    }
    return faces;
  } finally {
    await call.close();
  }
}
