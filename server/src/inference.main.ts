/** Process 2, the sidecar: configuration from the environment, start, shutdown. */
import { sidecarConfig } from './config.ts';
import { startSidecar } from './inference/sidecar.ts';
import { createLog, messageOf } from './log.ts';

const log = createLog('sidecar');
try {
  const config = sidecarConfig(process.env);
  const sidecar = await startSidecar({
    ...config,
    log: createLog('sidecar', { level: config.logLevel }),
  });
  const shutDown = async (signal: string) => {
    log.info('closing', { signal });
    await sidecar.close();
    process.exit(0);
  };
  process.once('SIGTERM', shutDown);
  process.once('SIGINT', shutDown);
  // Started by a supervisor over IPC: without it nobody would ever stop us.
  process.once('disconnect', () => void shutDown('disconnect'));
} catch (thrown) {
  log.error('the sidecar did not start', { reason: messageOf(thrown) });
  process.exitCode = 1;
}
