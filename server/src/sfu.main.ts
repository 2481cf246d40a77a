/** Process 1: page, signalling, SFU and taps. `node --conditions=timbre-source server/src/sfu.main.ts` */
import { setLogEventListeners } from 'mediasoup';
import { isLoopback, sfuConfig } from './config.ts';
import { ServerError } from './errors.ts';
import { createLog, messageOf } from './log.ts';
import { EXIT_UNUSABLE, onceAskedToEnd } from './process-end.ts';
import { startSfu } from './start-sfu.ts';

try {
  const config = sfuConfig(process.env);
  const log = createLog('sfu', { level: config.logLevel });
  setLogEventListeners({
    onwarn: (namespace, text) => log.debug(text, { from: namespace }),
    onerror: (namespace, text) => log.warn(text, { from: namespace }),
  });
  const sfu = await startSfu({ config, log });
  onceAskedToEnd(async (cause) => {
    log.info('ending', { cause });
    await sfu.close();
  });
  const { workers, sidecars } = config;
  if (!isLoopback(config.host) && isLoopback(config.rtcListenIp)) {
    log.warn('pages on other machines will get no media: set TIMBRE_LISTEN_IP', { rtcListenIp: config.rtcListenIp });
  }
  log.info('ready', { url: sfu.url, workers, sidecars: sidecars.length });
  process.send?.({ type: 'ready', url: sfu.url });
} catch (thrown) {
  createLog('sfu').error(messageOf(thrown));
  const unusable = thrown instanceof ServerError && ['bad-config', 'port-taken'].includes(thrown.reason);
  process.exitCode = unusable ? EXIT_UNUSABLE : 1;
}
