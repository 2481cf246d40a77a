/** A whole SFU process inside a test: real mediasoup Workers, real sockets, free ports. */
import { createSecret, type SfuConfig, sfuConfig } from '../../../server/src/config.ts';
import { createLog } from '../../../server/src/log.ts';
import { type RunningSfu, type StartSfuOptions, startSfu } from '../../../server/src/start-sfu.ts';
import { type JoinOptions, TestParticipant } from './test-participant.ts';

export const TAP_SECRET = createSecret();

export interface TestSfu extends RunningSfu {
  /** Every line that was logged, from level debug on. */
  readonly logged: readonly string[];
  /** Connects and joins. `name` serves as participant's id too. */
  join(room: string, name: string, options?: JoinOptions): Promise<TestParticipant>;
}

export async function startTestSfu(
  environment: Readonly<Record<string, string>> = {},
  options: Partial<StartSfuOptions> = {},
): Promise<TestSfu> {
  const config: SfuConfig = sfuConfig({
    PORT: '0',
    TIMBRE_RTC_PORT_BASE: '0',
    TIMBRE_WORKERS: '1',
    TIMBRE_SIDECARS: '',
    TIMBRE_TAP_SECRET: TAP_SECRET,
    ...(process.env.MEDIASOUP_WORKER_BIN && { MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN }),
    ...environment,
  });
  const logged: string[] = [];
  const log = createLog('test', { level: 'debug', write: (line) => logged.push(line) });
  const sfu = await startSfu({ config, log, ...options });
  const participants: TestParticipant[] = [];
  return {
    ...sfu,
    get taps() {
      return sfu.taps;
    },
    get sidecarsAlive() {
      return sfu.sidecarsAlive;
    },
    get workerPids() {
      return sfu.workerPids;
    },
    logged,
    async join(room, name, joinOptions = {}) {
      const token = await sfu.tokens.issue({ sub: name, room, name });
      const participant = await TestParticipant.connect(sfu.url, token);
      participants.push(participant);
      await participant.join(joinOptions);
      return participant;
    },
    async close() {
      for (const participant of participants) participant.disconnect();
      await sfu.close();
    },
  };
}
