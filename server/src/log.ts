/**
 * One line per event, for people. Levels: `debug` for who debugs Timbre, `info` for the life of the process, `warn` for
 * what heals by itself, `error` for what doesn't. Nothing of audio or face codes is ever given to a log: fields are
 * ids, counts and reasons.
 */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
/** Scalars only, so that no buffer or message can slip in whole. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LogOptions {
  /** Least level that is written. Default `info`. */
  readonly level?: LogLevel;
  /** Takes one line without its newline. Default: standard error. */
  readonly write?: (line: string) => void;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/** A log whose lines start with the time, the level and `name`. */
export function createLog(name: string, options: LogOptions = {}): Log {
  const { level = 'info', now = Date.now } = options;
  const write = options.write ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const least = LOG_LEVELS.indexOf(level);
  const at =
    (lineLevel: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(lineLevel) < least) return;
      const time = new Date(now()).toISOString().slice(11, 23);
      write(`${time} ${lineLevel.padEnd(5)} ${name}: ${message}${formatFields(fields)}`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function formatFields(fields: LogFields): string {
  return Object.entries(fields)
    .filter(([, field]) => field !== undefined)
    .map(
      ([key, field]) => ` ${key}=${typeof field === 'string' && /[\s"=]/.test(field) ? JSON.stringify(field) : field}`,
    )
    .join('');
}

/** The message of anything that was thrown, on one line. */
export function messageOf(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).replace(/\s+/g, ' ').slice(0, 300);
}
