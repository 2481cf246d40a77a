/** What one speaking caller costs the server's processes: without a tap, and while a tap is open. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { joinCall, OUTPUT, ownId, waitForAvatar } from '../e2e/call-fixture.ts';
import { launchChromium } from '../e2e/chromium.ts';
import { type ServedCall, type ServedProcess, serveCall } from '../e2e/served-call.ts';
import { writeSpeechFile } from '../e2e/speech-file.ts';

const PROCESSES: readonly ServedProcess[] = ['sfu', 'worker', 'sidecar'];
const UNTAPPED_MS = 15_000;
const TAPPED_ROUNDS = 4;

/** Per cent of a core. */
export type Cost = Readonly<Record<ServedProcess | 'total', number>>;

/** Clock ticks a second, in which /proc counts CPU time. */
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU time of a process since its start, ms: fields utime and stime of /proc/PID/stat (proc(5)). */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

interface Spent {
  readonly wallMs: number;
  readonly cpuMs: Record<ServedProcess, number>;
}

async function spentDuring(call: ServedCall, act: () => Promise<void>): Promise<Spent> {
  const total = (kind: ServedProcess) => call.pids(kind).reduce((sum, pid) => sum + cpuMs(pid), 0);
  const read = () => ({ sfu: total('sfu'), worker: total('worker'), sidecar: total('sidecar') });
  const before = read();
  const startMs = performance.now();
  await act();
  const after = read();
  return {
    wallMs: performance.now() - startMs,
    cpuMs: {
      sfu: after.sfu - before.sfu,
      worker: after.worker - before.worker,
      sidecar: after.sidecar - before.sidecar,
    },
  };
}

function costOf(spent: readonly Spent[]): Cost {
  const wallMs = spent.reduce((sum, { wallMs }) => sum + wallMs, 0);
  const share = (kinds: readonly ServedProcess[]) => {
    const ms = spent.reduce((sum, { cpuMs }) => sum + kinds.reduce((kindSum, kind) => kindSum + cpuMs[kind], 0), 0);
    return Math.round((1000 * ms) / wallMs) / 10;
  };
  return { sfu: share(['sfu']), worker: share(['worker']), sidecar: share(['sidecar']), total: share(PROCESSES) };
}

/** One caller and one listener; the tapped share is measured from consent to the settled face. */
export async function measureCost(): Promise<{ readonly tapped: Cost; readonly untapped: Cost }> {
  const call = await serveCall();
  const browsers = await Promise.all([launchChromium(await writeSpeechFile(`${OUTPUT}/speech.wav`)), launchChromium()]);
  try {
    const [speaking, listening] = browsers;
    const viewer = await joinCall(listening, call.url, { room: 'cost', name: 'Viewer', listenOnly: true });
    const speaker = await joinCall(speaking, call.url, { room: 'cost', name: 'Speaker' });
    const id = await ownId(speaker);
    await viewer.waitForSelector(`[data-testid="tile-${id}"].speaking`);
    const untapped = await spentDuring(call, () => viewer.waitForTimeout(UNTAPPED_MS));
    const tapped: Spent[] = [];
    for (let round = 0; round < TAPPED_ROUNDS; round += 1) {
      await speaker.getByTestId('my-avatar').click();
      tapped.push(
        await spentDuring(call, async () => {
          await speaker.getByTestId('avatar-face').click();
          await waitForAvatar(viewer, id, 'settled');
        }),
      );
      await speaker.getByTestId('avatar-off').click();
      await waitForAvatar(viewer, id, 'withdrawn');
      await speaker.keyboard.press('Escape');
    }
    return { tapped: costOf(tapped), untapped: costOf([untapped]) };
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    await call.close();
  }
}
