/** Process 2, the sidecar. `node --conditions=timbre-source server/src/inference.main.ts` */
import { sidecarConfig } from './config.ts';
import { ServerError } from './errors.ts';
import { startSidecar } from './inference/sidecar.ts';
import { createLog, messageOf } from './log.ts';
import { EXIT_UNUSABLE, onceAskedToEnd } from './process-end.ts';

try {
  const config = sidecarConfig(process.env);
  const log = createLog('sidecar', { level: config.logLevel });
  const sidecar = await startSidecar({ ...config, log });
  onceAskedToEnd(async (cause) => {
    log.info('ending', { cause });
    await sidecar.close();
  });
} catch (thrown) {
  createLog('sidecar').error(messageOf(thrown));
  const unusable = thrown instanceof ServerError && ['bad-config', 'port-taken'].includes(thrown.reason);
  process.exitCode = unusable ? EXIT_UNUSABLE : 1;
}
