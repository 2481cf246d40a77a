import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { faceCodeFromBytes } from '@timbre/models';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OpusDecoder } from '../../../server/src/inference/opus-decoder.ts';
import { espeak } from './espeak-voice.ts';
import { countInMemory } from './process-memory.ts';
import { spokenDatagrams } from './rtp-bytes.ts';
import { SfuEnd } from './sfu-end.ts';

const MAIN = fileURLToPath(new URL('spectrum-sidecar.main.ts', import.meta.url));
const SPEED = 4;
/** Which packets the search of the memory looks for: every tenth, from the sixth on. */
const TRACED_EVERY = 10;
const TRACED_AT = 5;

interface SidecarProcess {
  readonly child: ChildProcess;
  readonly port: number;
  readonly rtpPort: number;
  readonly output: () => string;
}

describe('the sidecar process', { timeout: 90_000 }, () => {
  let folder: string;
  const children: ChildProcess[] = [];
  const ends: SfuEnd[] = [];

  /** May read anything and write no file: Node's permission model refuses. */
  async function start(...ports: readonly number[]): Promise<SidecarProcess> {
    const permissions = ['--permission', '--allow-fs-read=*', '--allow-addons', '--allow-worker'];
    const child = spawn(
      process.execPath,
      ['--conditions=timbre-source', ...permissions, '--no-warnings', MAIN, ...ports.map(String)],
      { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    children.push(child);
    let output = '';
    child.stderr!.on('data', (text) => {
      output += text;
    });
    const lines = createInterface({ input: child.stdout! });
    lines.on('line', (line) => {
      output += `${line}\n`;
    });
    const exited = once(child, 'exit').then(() => {
      throw new Error(`the sidecar did not start: ${output}`);
    });
    const [line] = await Promise.race([once(lines, 'line'), exited]);
    return { child, ...JSON.parse(line), output: () => output };
  }

  async function connect({ port }: SidecarProcess): Promise<SfuEnd> {
    const end = new SfuEnd(port);
    ends.push(end);
    await end.greet();
    return end;
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'timbre-sidecar-'));
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) end.close();
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    rmSync(folder, { recursive: true });
  });

  it('logs nothing of audio or codes, writes no file, and ends cleanly', async () => {
    const sidecar = await start();
    const end = await connect(sidecar);
    await end.startTap('tap-1', 7);
    await end.speak(spokenDatagrams(espeak({ voice: 'en' }, 8), { ssrc: 7 }), sidecar.rtpPort, SPEED);
    await end.first((message) => message.type === 'reading' && message.converged);
    expect(writableFiles(sidecar.child.pid!)).toEqual([]);
    await end.stopTap('tap-1');
    sidecar.child.kill('SIGTERM');
    expect(await once(sidecar.child, 'exit')).toEqual([0, null]);

    const output = sidecar.output();
    expect(output).toContain('sidecar listens');
    for (const { code } of end.readings('tap-1')) {
      expect(output).not.toContain(code.slice(0, 16));
      for (const value of faceCodeFromBytes(Buffer.from(code, 'base64'))) {
        expect(output).not.toContain(Math.abs(value).toFixed(4));
      }
    }
    expect(output.split('\n').length).toBeLessThan(10);
    expect(readdirSync(folder)).toEqual([]);
  }, 90_000);

  it.skipIf(process.platform !== 'linux')(
    'holds nothing of a stopped tap in its memory',
    async () => {
      const sidecar = await start();
      const end = await connect(sidecar);
      await end.startTap('tap-1', 7);
      const datagrams = spokenDatagrams(espeak({ voice: 'en+m3' }, 5), { ssrc: 7 });
      await end.speak(withTracedEarly(datagrams), sidecar.rtpPort, SPEED);
      await end.first((message) => message.type === 'reading' && message.voicedMs > 3_000);
      const traces = tracesOf(datagrams.map(({ bytes }) => bytes.subarray(12)));
      const code = Buffer.from(end.readings('tap-1').at(-1)!.code, 'base64');
      expect(countInMemory(sidecar.child.pid!, traces.pcm)).toBeGreaterThan(traces.pcm.length / 2);
      await end.stopTap('tap-1');
      expect(countInMemory(sidecar.child.pid!, traces.pcm)).toBe(0);
      expect(countInMemory(sidecar.child.pid!, traces.signed)).toBe(0);
      expect(countInMemory(sidecar.child.pid!, traces.packets)).toBe(0);
      expect(countInMemory(sidecar.child.pid!, [code, Buffer.from(faceCodeFromBytes(code).buffer)])).toBe(0);
    },
    30_000,
  );

  it('may be killed at any time: another one takes the same ports at once and hears the same tap', async () => {
    const first = await start();
    const end = await connect(first);
    await end.startTap('tap-1', 7);
    // At most two readings a second of wall clock: at this speed 4 s of speech would end before one past 3 s of voice.
    const datagrams = spokenDatagrams(espeak({ voice: 'en' }, 10), { ssrc: 7 });
    void end.speak(datagrams, first.rtpPort, SPEED);
    await end.first(({ type }) => type === 'reading');
    first.child.kill('SIGKILL');
    await end.closed();
    // Or the rest of its speech would reach the second one first, which then hears nobody else on this SSRC.
    end.close();
    const second = await start(first.port, first.rtpPort);
    const again = await connect(second);
    expect(await again.startTap('tap-1', 7)).toMatchObject({ type: 'started' });
    await again.speak(datagrams, second.rtpPort, SPEED);
    await again.first((message) => message.type === 'reading' && message.settled);
    expect(readdirSync(folder)).toEqual([]);
  }, 90_000);
});

/** Regular files that the process has open for writing. */
function writableFiles(pid: number): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync(`/proc/${pid}/fd`)
    .filter((fd) => /^flags:\s+0*\d*[12]$/m.test(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8')))
    .map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
    .filter((path) => path.startsWith('/') && !path.startsWith('/dev/'));
}

/** Each traced packet overtakes the one before it: it is held, and a copy made of it. */
function withTracedEarly<Item>(datagrams: readonly Item[]): Item[] {
  return datagrams.map((datagram, index) => {
    if (index % TRACED_EVERY === TRACED_AT - 1) return datagrams[index + 1] ?? datagram;
    return index % TRACED_EVERY === TRACED_AT ? datagrams[index - 1]! : datagram;
  });
}

/** Byte patterns that only this speech leaves: 64 bytes each of loud packets' PCM, float and 16-bit, and 24 of the packet. */
function tracesOf(payloads: readonly Uint8Array[]) {
  const decoder = new OpusDecoder();
  const pcm: Buffer[] = [];
  const signed: Buffer[] = [];
  const packets: Buffer[] = [];
  for (const [index, payload] of payloads.entries()) {
    const block = decoder.decode(payload);
    const part = block.slice(100, 116);
    if (index % TRACED_EVERY !== TRACED_AT || part.every((sample) => Math.abs(sample) < 0.05)) continue;
    pcm.push(Buffer.from(part.buffer));
    signed.push(Buffer.from(Int16Array.from(block.subarray(100, 132), (sample) => sample * 32_768).buffer));
    packets.push(Buffer.from(payload.slice(8, 32)));
  }
  return { pcm, signed, packets };
}
