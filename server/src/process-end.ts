/** Exit status of a process that can't run in this environment: to start it again would change nothing (EX_CONFIG). */
export const EXIT_UNUSABLE = 78;
/** Milliseconds that a process gives itself to end in order. */
const END_WITHIN_MS = 5_000;

/**
 * Calls `end` once, on SIGINT, SIGTERM or when the supervising process is gone, and exits when it is through (or has
 * taken too long). A second signal exits at once.
 */
export function onceAskedToEnd(end: (cause: string) => Promise<void>): void {
  let ending = false;
  const ask = (cause: string) => {
    if (ending) process.exit(1);
    ending = true;
    const timer = setTimeout(() => process.exit(1), END_WITHIN_MS);
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
  process.on('disconnect', () => ask('the supervisor is gone'));
}
