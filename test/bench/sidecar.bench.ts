/**
 * What a tapped caller costs in the sidecar: the share of one core while it listens, and how long readings take to come.
 * The sidecar runs in its own process with the shipped weights; this process only sends RTP.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { espeak } from '../server/inference/espeak-voice.ts';
import { spokenDatagrams, type TimedDatagram } from '../server/inference/rtp-bytes.ts';
import { SfuEnd, TEST_SECRET } from '../server/inference/sfu-end.ts';
import type { BenchReport } from './bench.ts';

const MAIN = fileURLToPath(new URL('../../server/src/inference.main.ts', import.meta.url));
const SPEECH_SECONDS = 12;
/** USER_HZ of Linux. */
const TICKS_PER_SECOND = 100;
const TAPS = [1, 4, 16] as const;

export async function bench(): Promise<BenchReport> {
  // Before anything is connected: espeak-ng and the Opus encoder keep this process too busy for heartbeats.
  const voices = Array.from({ length: Math.max(...TAPS) }, (_, index) =>
    spokenDatagrams(espeak({ voice: index % 2 ? 'en+f2' : 'en+m3', pitch: 20 + ((index * 37) % 70) }, SPEECH_SECONDS)),
  );
  const sidecar = await startSidecarProcess();
  const rows = [];
  try {
    const end = new SfuEnd(sidecar.port);
    const welcome = await end.greet();
    if (welcome.type !== 'welcome') throw new Error('the sidecar refused');
    const idle = await coreShare(sidecar.pid, () => new Promise((resolve) => setTimeout(resolve, 5_000)));
    for (const taps of TAPS) {
      const { share, voicedMs, firstMs, settledMs } = await listenTo(
        voices.slice(0, taps),
        end,
        sidecar.pid,
        welcome.rtpPort,
      );
      rows.push({
        taps,
        'core % in all': round(share),
        'core % a tap': round((share - idle) / taps),
        'voiced s a tap': round(voicedMs / 1000),
        'first reading ms': round(firstMs),
        'settled ms': round(settledMs),
      });
    }
    end.close();
    const title = `Sidecar on ${welcome.executionProvider}; idle ${round(idle)} % of a core; ${SPEECH_SECONDS} s of speech`;
    return { title, rows, figures: { executionProvider: welcome.executionProvider, idle: round(idle), taps: rows } };
  } finally {
    sidecar.kill();
  }
}

async function listenTo(voices: readonly TimedDatagram[][], end: SfuEnd, pid: number, rtpPort: number) {
  const taps = voices.length;
  const ids = voices.map((_, index) => `${taps}-${index}`);
  const ssrcOf = (index: number) => taps * 1_000 + index;
  const speech = voices.map((datagrams, index) => datagrams.map((datagram) => withSsrc(datagram, ssrcOf(index))));
  await Promise.all(ids.map((tapId, index) => end.startTap(tapId, ssrcOf(index))));
  const startMs = performance.now();
  // Callers don't start in step: spread over a packet's length.
  const share = await coreShare(pid, () =>
    Promise.all(
      speech.map(async (datagrams, index) => {
        await new Promise((resolve) => setTimeout(resolve, (index * 20) / taps));
        await end.speak(datagrams, rtpPort);
      }),
    ),
  );
  await Promise.all(ids.map((tapId) => end.stopTap(tapId)));
  const readings = ids.map((tapId) => end.readings(tapId));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    share,
    voicedMs: mean(readings.map((own) => own.at(-1)?.voicedMs ?? 0)),
    firstMs: mean(readings.map((own) => (own[0]?.atMs ?? Number.NaN) - startMs)),
    settledMs: mean(readings.map((own) => (own.find(({ settled }) => settled)?.atMs ?? Number.NaN) - startMs)),
  };
}

function withSsrc({ atMs, bytes }: TimedDatagram, ssrc: number): TimedDatagram {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(8, ssrc);
  return { atMs, bytes: copy };
}

async function startSidecarProcess() {
  const child = spawn(process.execPath, ['--conditions=timbre-source', MAIN], {
    env: {
      ...process.env,
      TIMBRE_TAP_SECRET: TEST_SECRET,
      TIMBRE_INFERENCE_PORT: '0',
      TIMBRE_RTP_PORT: '0',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const port = new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said += `${line}\n`;
      const listening = /sidecar listens .* port=(\d+)/.exec(line);
      if (listening) resolve(Number(listening[1]));
    });
    void once(child, 'exit').then(() => reject(new Error(`the sidecar did not start:\n${said}`)));
  });
  return { port: await port, pid: child.pid!, kill: () => child.kill('SIGTERM') };
}

/** Share of one core, in percent, that a process uses while `task` runs (Linux). */
async function coreShare(pid: number, task: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  const before = cpuSeconds(pid);
  await task();
  return ((cpuSeconds(pid) - before) / (performance.now() - startMs)) * 1e5;
}

function cpuSeconds(pid: number): number {
  // After the name in brackets: state is field 3, utime 14, stime 15 (proc(5)).
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
