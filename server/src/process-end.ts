/** Exit status of a process that can't run in this environment: to start it again would change nothing (EX_CONFIG). */
export const EXIT_UNUSABLE = 78;
/**
 * Signals this soon after the first are the same wish by another way, milliseconds: Ctrl+C in a terminal reaches every
 * process of ours, and npm, the launcher and the supervisor each pass it on.
 */
const SAME_WISH_MS = 1_000;

export interface EndOptions {
  /** Milliseconds that the process gives itself to end in order. Default 5,000. */
  readonly withinMs?: number;
}

/**
 * Calls `end` once, on SIGINT, SIGTERM or when the supervising process is gone, and exits when it is through (or has
 * taken too long). Another signal, a second or more later, exits at once.
 */
export function onceAskedToEnd(end: (cause: string) => Promise<void>, { withinMs = 5_000 }: EndOptions = {}): void {
  let askedMs: number | undefined;
  const ask = (cause: string) => {
    if (askedMs !== undefined) {
      if (performance.now() - askedMs >= SAME_WISH_MS) process.exit(1);
      return;
    }
    askedMs = performance.now();
    const timer = setTimeout(() => process.exit(1), withinMs);
    end(cause).then(
      () => {
        clearTimeout(timer);
        process.exit(0);
      },
      () => process.exit(1),
    );
  };
  process.on('SIGINT', () => ask('SIGINT'));
  process.on('SIGTERM', () => ask('SIGTERM'));
  // Only with an IPC channel, that is under the supervisor: without it nobody would restart or end us.
  const orphaned = () => {
    if (askedMs === undefined) ask('the supervisor is gone');
  };
  process.on('disconnect', orphaned);
  // It may have gone while we were still starting (`connected` is undefined where there never was a channel).
  if (process.connected === false) orphaned();
}
