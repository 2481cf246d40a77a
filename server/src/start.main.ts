/** Both processes on one machine, supervised, with secrets made for the run. What `npm start` ends in. */
import { fileURLToPath } from 'node:url';
import { createSecret, sfuConfig, sidecarConfig } from './config.ts';
import { createLog, messageOf } from './log.ts';
import { onceAskedToEnd } from './process-end.ts';
import { END_WITHIN_MS, Supervisor } from './supervisor.ts';

const log = createLog('timbre');

/** In production both secrets must be given: tokens are signed elsewhere, and the sidecar may be elsewhere. */
function environmentOfRun(): Record<string, string | undefined> {
  if (process.env.NODE_ENV === 'production') return { ...process.env };
  return { TIMBRE_TAP_SECRET: createSecret(), TIMBRE_TOKEN_SECRET: createSecret(), ...process.env };
}

try {
  const environment = environmentOfRun();
  // A wrong environment ends here, instead of in two children that are started again and again.
  sfuConfig(environment);
  sidecarConfig(environment);
  const supervisors = [
    { name: 'sidecar', file: './inference.main.ts' },
    { name: 'sfu', file: './sfu.main.ts' },
  ].map(({ name, file }) => {
    const supervised = { name, file: fileURLToPath(new URL(file, import.meta.url)), environment };
    const onMessage = (message: unknown) => {
      const { type, url } = message as { type?: unknown; url?: unknown };
      if (type === 'ready' && typeof url === 'string') log.info(`open ${url} in two browser windows`);
    };
    return new Supervisor({ process: supervised, log, onMessage, onUnusable: () => void end(1) });
  });
  const end = async (exitCode: number) => {
    await Promise.all(supervisors.map((supervisor) => supervisor.stop()));
    process.exitCode = exitCode;
  };
  for (const supervisor of supervisors) supervisor.start();
  // Longer than the supervisors take to end a child by force.
  onceAskedToEnd(() => end(0), { withinMs: END_WITHIN_MS + 1_000 });
} catch (thrown) {
  log.error(messageOf(thrown));
  process.exitCode = 1;
}
