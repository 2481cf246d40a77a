/** Environment -> one validated, frozen object per process. Every variable is read here and nowhere else. */
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { ServerError } from './errors.ts';
import { LOG_LEVELS, type LogLevel } from './log.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Fewest characters of a secret. */
export const SECRET_LENGTH_MIN = 32;
/** TCP port of the tap link unless told another. */
const INFERENCE_PORT = 3901;

export interface SfuConfig {
  /** NODE_ENV=production: secrets must be given, no development tokens. */
  readonly production: boolean;
  readonly logLevel: LogLevel;
  /** Address that page and signalling listen on. TIMBRE_HOST, default 127.0.0.1. */
  readonly host: string;
  /** TCP port of page and signalling; 0 picks a free one. PORT, default 3000. */
  readonly port: number;
  /** IP that media listens on. TIMBRE_LISTEN_IP, default 127.0.0.1. */
  readonly rtcListenIp: string;
  /** Name or IP that participants reach `rtcListenIp` by. TIMBRE_ANNOUNCED_ADDRESS, default none. */
  readonly announcedAddress: string | undefined;
  /** Port (UDP and TCP) of the first Worker, one more per Worker; 0 picks free ones. TIMBRE_RTC_PORT_BASE, default 40,000. */
  readonly rtcPortBase: number;
  /** mediasoup Workers. TIMBRE_WORKERS, default one per core. */
  readonly workers: number;
  /** The mediasoup-worker program. MEDIASOUP_WORKER_BIN, default mediasoup's own. */
  readonly workerBin: string | undefined;
  /** Tap link URLs. TIMBRE_SIDECARS, comma-separated, default ws://127.0.0.1:3901 (TIMBRE_INFERENCE_PORT); empty: none. */
  readonly sidecars: readonly string[];
  /** Shared with the sidecars. TIMBRE_TAP_SECRET. */
  readonly tapSecret: string;
  /** Signs join tokens. TIMBRE_TOKEN_SECRET; in development a random one if not given. */
  readonly tokenSecret: string;
  /** Origins allowed besides the server's own (and, in development, any of this host). TIMBRE_ORIGINS, comma-separated. */
  readonly origins: readonly string[];
  /** Rooms that are served. TIMBRE_ROOMS, comma-separated, default any that a token names. */
  readonly servedRooms: readonly string[] | undefined;
}

export interface SidecarConfig {
  readonly production: boolean;
  readonly logLevel: LogLevel;
  /** Address of the tap link and of RTP. TIMBRE_INFERENCE_HOST, default 127.0.0.1. */
  readonly host: string;
  /** TCP port of the tap link; 0 picks a free one. TIMBRE_INFERENCE_PORT, default 3901. */
  readonly port: number;
  /** UDP port of RTP; 0 picks a free one. TIMBRE_RTP_PORT, default 3902. */
  readonly rtpPort: number;
  /** IP that the SFU sends RTP to. TIMBRE_RTP_IP, default `host`. */
  readonly rtpIp: string;
  /** Shared with the SFU. TIMBRE_TAP_SECRET. */
  readonly tapSecret: string;
  /** Tried in this order. TIMBRE_EXECUTION_PROVIDERS, default cuda,webgpu,cpu. */
  readonly executionProviders: readonly string[];
  /** Load weights that the contract has no hash for. TIMBRE_UNVERIFIED_WEIGHTS=1, never in production; default false. */
  readonly allowUnverifiedWeights: boolean;
}

/** Throws ServerError `bad-config`. */
export function sfuConfig(environment: Environment): SfuConfig {
  const production = environment.NODE_ENV === 'production';
  // Moved together with the sidecar that `npm start` starts beside it.
  const sidecarPort = integer(environment, 'TIMBRE_INFERENCE_PORT', INFERENCE_PORT, 0, 65_535);
  const sidecars = list(environment, 'TIMBRE_SIDECARS', `ws://127.0.0.1:${sidecarPort}`);
  for (const url of sidecars) {
    if (!/^wss?:$/.test(urlProtocol(url)))
      throw ServerError.badConfig('TIMBRE_SIDECARS', `${url} is no ws:// or wss:// URL`);
  }
  const origins = list(environment, 'TIMBRE_ORIGINS', '');
  for (const origin of origins) {
    if (!/^https?:$/.test(urlProtocol(origin)) || new URL(origin).origin !== origin) {
      throw ServerError.badConfig('TIMBRE_ORIGINS', `${origin} is no origin such as https://call.example.org`);
    }
  }
  const rtcListenIp = ip(environment, 'TIMBRE_LISTEN_IP', '127.0.0.1');
  const announcedAddress = text(environment, 'TIMBRE_ANNOUNCED_ADDRESS');
  if ((rtcListenIp === '0.0.0.0' || rtcListenIp === '::') && announcedAddress === undefined) {
    throw ServerError.badConfig('TIMBRE_ANNOUNCED_ADDRESS', `is needed when TIMBRE_LISTEN_IP is ${rtcListenIp}`);
  }
  return Object.freeze({
    production,
    logLevel: logLevel(environment),
    host: text(environment, 'TIMBRE_HOST') ?? '127.0.0.1',
    port: integer(environment, 'PORT', 3000, 0, 65_535),
    rtcListenIp,
    announcedAddress,
    rtcPortBase: integer(environment, 'TIMBRE_RTC_PORT_BASE', 40_000, 0, 65_535),
    workers: integer(environment, 'TIMBRE_WORKERS', availableParallelism(), 1, 256),
    workerBin: text(environment, 'MEDIASOUP_WORKER_BIN'),
    sidecars,
    tapSecret: sidecars.length > 0 ? secret(environment, 'TIMBRE_TAP_SECRET') : '',
    tokenSecret:
      production || environment.TIMBRE_TOKEN_SECRET ? secret(environment, 'TIMBRE_TOKEN_SECRET') : createSecret(),
    origins,
    servedRooms: text(environment, 'TIMBRE_ROOMS') === undefined ? undefined : list(environment, 'TIMBRE_ROOMS', ''),
  });
}

/** Throws ServerError `bad-config`. */
export function sidecarConfig(environment: Environment): SidecarConfig {
  const production = environment.NODE_ENV === 'production';
  const host = ip(environment, 'TIMBRE_INFERENCE_HOST', '127.0.0.1');
  const rtpIp = ip(environment, 'TIMBRE_RTP_IP', host);
  if (rtpIp === '0.0.0.0' || rtpIp === '::') {
    throw ServerError.badConfig('TIMBRE_RTP_IP', `is needed when TIMBRE_INFERENCE_HOST is ${host}`);
  }
  return Object.freeze({
    production,
    logLevel: logLevel(environment),
    host,
    port: integer(environment, 'TIMBRE_INFERENCE_PORT', INFERENCE_PORT, 0, 65_535),
    rtpPort: integer(environment, 'TIMBRE_RTP_PORT', 3902, 0, 65_535),
    rtpIp,
    tapSecret: secret(environment, 'TIMBRE_TAP_SECRET'),
    executionProviders: list(environment, 'TIMBRE_EXECUTION_PROVIDERS', 'cuda,webgpu,cpu'),
    allowUnverifiedWeights: !production && text(environment, 'TIMBRE_UNVERIFIED_WEIGHTS') === '1',
  });
}

/** True for names and addresses that only this host reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** 256 random bits in base64url: a secret for one run. */
export function createSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Undefined also for the empty string. */
function text(environment: Environment, name: string): string | undefined {
  return environment[name]?.trim() || undefined;
}

function list(environment: Environment, name: string, absent: string): readonly string[] {
  const items = (environment[name] ?? absent).split(',').map((item) => item.trim());
  return Object.freeze(items.filter((item) => item !== ''));
}

function integer(environment: Environment, name: string, absent: number, least: number, most: number): number {
  const given = text(environment, name);
  if (given === undefined) return absent;
  const number = Number(given);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw ServerError.badConfig(name, `must be a whole number from ${least} to ${most}`);
  }
  return number;
}

function ip(environment: Environment, name: string, absent: string): string {
  const given = text(environment, name) ?? absent;
  if (isIP(given) === 0) throw ServerError.badConfig(name, 'must be an IP address');
  return given;
}

function secret(environment: Environment, name: string): string {
  const given = text(environment, name);
  if (given === undefined) throw ServerError.badConfig(name, 'must be set (npm start makes one for the run)');
  if (given.length < SECRET_LENGTH_MIN) {
    throw ServerError.badConfig(name, `must have at least ${SECRET_LENGTH_MIN} characters`);
  }
  return given;
}

function logLevel(environment: Environment): LogLevel {
  const given = text(environment, 'TIMBRE_LOG_LEVEL') ?? 'info';
  const level = LOG_LEVELS.find((known) => known === given);
  if (level === undefined) throw ServerError.badConfig('TIMBRE_LOG_LEVEL', `must be one of ${LOG_LEVELS.join(', ')}`);
  return level;
}

function urlProtocol(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : '';
}
