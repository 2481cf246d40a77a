import { type ChildProcess, spawn } from 'node:child_process';
import type { Log } from './log.ts';
import { EXIT_UNUSABLE } from './process-end.ts';

/** Milliseconds before the first restart; doubled with each failure in a row. */
export const RESTART_FIRST_MS = 250;
export const RESTART_MOST_MS = 8_000;
/** A process that ran this long has earned a fresh start of the back-off. */
const STEADY_AFTER_MS = 30_000;
/** Milliseconds between SIGTERM and SIGKILL. */
export const END_WITHIN_MS = 6_000;

export interface SupervisedProcess {
  readonly name: string;
  /** The program's file for this Node. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface SupervisorOptions {
  readonly process: SupervisedProcess;
  readonly log: Log;
  /** Starts a child with an IPC channel. Default: this Node with this process's own flags. */
  readonly spawn?: (supervised: SupervisedProcess) => ChildProcess;
  /** A message from the child over IPC. */
  readonly onMessage?: (message: unknown) => void;
  /** The child's first start ended with EXIT_UNUSABLE: it isn't started again. Default: nothing. */
  readonly onUnusable?: () => void;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/**
 *     stopped -> running <-> waiting
 *        ^----------/------------/
 */
type SupervisorState =
  | { readonly state: 'stopped' }
  | { readonly state: 'running'; readonly child: ChildProcess; readonly sinceMs: number }
  | { readonly state: 'waiting'; readonly timer: NodeJS.Timeout };

/** Keeps one child process running: when it ends, it is started again, ever later if it keeps ending at once. */
export class Supervisor {
  readonly #options: Required<SupervisorOptions>;
  #state: SupervisorState = { state: 'stopped' };
  #restarts = 0;
  #failuresInARow = 0;

  constructor(options: SupervisorOptions) {
    const nothing = () => {};
    this.#options = {
      spawn: spawnNode,
      onMessage: nothing,
      onUnusable: nothing,
      now: () => performance.now(),
      ...options,
    };
  }

  /** Process id of the child while it runs. */
  get pid(): number | undefined {
    return this.#state.state === 'running' ? this.#state.child.pid : undefined;
  }

  /** Restarts since the supervisor was made. */
  get restarts(): number {
    return this.#restarts;
  }

  start(): void {
    if (this.#state.state === 'stopped') this.#spawn();
  }

  /** SIGTERM, then SIGKILL. Resolves when the child is gone. */
  async stop(): Promise<void> {
    const before = this.#state;
    this.#state = { state: 'stopped' };
    if (before.state === 'waiting') clearTimeout(before.timer);
    if (before.state !== 'running') return;
    const { child } = before;
    if (child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      child.kill('SIGTERM');
    });
  }

  #spawn(): void {
    const { process: supervised, onMessage } = this.#options;
    const child = this.#options.spawn(supervised);
    this.#state = { state: 'running', child, sinceMs: this.#options.now() };
    child.on('message', onMessage);
    child.once('error', (error) => this.#ended(child, error.message));
    child.once('exit', (code, signal) => {
      if (code === EXIT_UNUSABLE && this.#restarts === 0) this.#giveUp(child);
      else this.#ended(child, signal ?? `exit ${code}`);
    });
  }

  #giveUp(child: ChildProcess): void {
    if (this.#state.state !== 'running' || this.#state.child !== child) return;
    this.#state = { state: 'stopped' };
    this.#options.onUnusable();
  }

  #ended(child: ChildProcess, cause: string): void {
    if (this.#state.state !== 'running' || this.#state.child !== child) return;
    const { log, now, process: supervised } = this.#options;
    const steady = now() - this.#state.sinceMs >= STEADY_AFTER_MS;
    this.#failuresInARow = steady ? 0 : this.#failuresInARow + 1;
    const afterMs = Math.min(RESTART_MOST_MS, RESTART_FIRST_MS * 2 ** Math.max(0, this.#failuresInARow - 1));
    log.warn(`${supervised.name} ended and is started again`, { cause, afterMs });
    const timer = setTimeout(() => {
      this.#restarts += 1;
      this.#spawn();
    }, afterMs);
    this.#state = { state: 'waiting', timer };
  }
}

function spawnNode({ file, environment }: SupervisedProcess): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, file], {
    env: environment,
    // The IPC channel also tells the child when we are gone, however we went.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}
