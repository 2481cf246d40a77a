export { createSecret, type SfuConfig, type SidecarConfig, sfuConfig, sidecarConfig } from './config.ts';
export { ServerError, type ServerErrorReason } from './errors.ts';
export { type RunningSidecar, type SidecarOptions, startSidecar } from './inference/sidecar.ts';
export { createLog, type Log, type LogLevel } from './log.ts';
export { type RunningSfu, type StartSfuOptions, startSfu } from './start-sfu.ts';
