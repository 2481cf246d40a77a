/** A sidecar process for tests, without weights: tells its ports on standard output, stops at SIGTERM. */
import { startSidecar } from '../../../server/src/inference/sidecar.ts';
import { createLog } from '../../../server/src/log.ts';
import { TEST_SECRET } from './sfu-end.ts';
import { spectrumModels } from './spectrum-encoder.ts';

const [port = '0', rtpPort = '0'] = process.argv.slice(2);
const sidecar = await startSidecar({
  host: '127.0.0.1',
  port: Number(port),
  rtpPort: Number(rtpPort),
  rtpIp: '127.0.0.1',
  tapSecret: TEST_SECRET,
  executionProviders: ['cpu'],
  log: createLog('sidecar', { level: 'debug' }),
  rules: { settledConfidence: 0.5, twoVoices: [], messageIntervalMs: 100, stableShift: 0 },
  loadModels: () => spectrumModels(),
});
process.once('SIGTERM', () => void sidecar.close().then(() => process.exit(0)));
process.stdout.write(`${JSON.stringify({ port: sidecar.port, rtpPort: sidecar.rtpPort })}\n`);
