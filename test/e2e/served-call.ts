/** The call as `npm start` serves it: supervisor, SFU, Worker and sidecar as processes of their own, to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../server/src/start.main.ts', import.meta.url));
const START_WITHIN_MS = 60_000;

export type ServedProcess = 'sidecar' | 'sfu' | 'worker';

/** What a process's command line holds. */
const COMMANDS: Record<ServedProcess, string> = {
  sidecar: 'inference.main.ts',
  sfu: 'sfu.main.ts',
  worker: 'mediasoup-worker',
};

export interface ServedCall {
  readonly url: string;
  /** Process ids of this call's processes of a kind, as they are now. */
  pids(kind: ServedProcess): number[];
  close(): Promise<void>;
}

export async function serveCall(): Promise<ServedCall> {
  const tapPort = await freePort();
  const child = spawn(process.execPath, ['--conditions=timbre-source', ENTRY], {
    env: {
      ...process.env,
      PORT: '0',
      TIMBRE_RTC_PORT_BASE: '0',
      TIMBRE_WORKERS: '1',
      TIMBRE_INFERENCE_PORT: String(tapPort),
      TIMBRE_RTP_PORT: '0',
      TIMBRE_SIDECARS: `ws://127.0.0.1:${tapPort}`,
      TIMBRE_EXECUTION_PROVIDERS: 'cpu',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const url = await readyUrl(child);
  return {
    url,
    pids: (kind) => descendants(child.pid!).filter((pid) => commandLine(pid).includes(COMMANDS[kind])),
    close: async () => {
      if (child.exitCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(
      () => reject(new Error(`not ready within ${START_WITHIN_MS} ms:\n${said}`)),
      START_WITHIN_MS,
    );
    const listen = (bytes: Buffer) => {
      said += bytes;
      const url = /open (http:\/\/\S+)/.exec(said)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${said}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(address)));
    });
  });
}

/** Everything below a process, from /proc: the parent is the second field behind the command's name in brackets. */
function descendants(ancestor: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = readOrNothing(`/proc/${entry}/stat`);
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    parents.set(Number(entry), parent);
  }
  const below = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent === ancestor || (parent !== undefined && parent > 1 && below(parent));
  };
  return [...parents.keys()].filter(below);
}

function commandLine(pid: number): string {
  return readOrNothing(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

/** Processes may end while one reads about them. */
function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
