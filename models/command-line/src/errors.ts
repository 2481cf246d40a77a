/** Why the command line couldn't do what it was asked to. */
export type CommandErrorReason =
  /** There is no such file. */
  | 'missing'
  /** A folder was given where a file belongs. */
  | 'directory'
  /** The file has no bytes, or no audio. */
  | 'empty'
  /** The file's first bytes are of no format that we read. */
  | 'unknown-format'
  /** The file says what it is, but can't be decoded. */
  | 'undecodable'
  /** The file is there and can't be read, say for its permissions. */
  | 'unreadable'
  /** A picture, the lines or the sheet can't be written. */
  | 'unwritable'
  /** The models' files are missing or don't fit together. */
  | 'no-models'
  /** Arguments that make no sense together. */
  | 'bad-arguments';

export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly reason: CommandErrorReason;

  constructor(reason: CommandErrorReason, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.reason = reason;
  }

  /** From an error of the file system. */
  static fromFileSystem(cause: unknown): CommandError {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return new CommandError('missing', 'there is no such file', { cause });
    if (code === 'EISDIR') return new CommandError('directory', 'this is a folder, not a sound file', { cause });
    return new CommandError('unreadable', `cannot be read (${code ?? (cause as Error).message})`, { cause });
  }

  static empty(): CommandError {
    return new CommandError('empty', 'the file is empty');
  }

  static unknownFormat(): CommandError {
    return new CommandError('unknown-format', 'this is no WAV, MP3, Opus, Ogg Vorbis or FLAC sound');
  }

  static undecodable(format: string, cause?: unknown): CommandError {
    const detail = cause instanceof Error && cause.message ? ` (${cause.message})` : '';
    return new CommandError('undecodable', `says it is ${format}, but cannot be decoded${detail}`, { cause });
  }

  static undecodablePicture(file: string, cause: Error): CommandError {
    return new CommandError('undecodable', `${file} is no picture that can be read (${cause.message})`, { cause });
  }

  /** `what`: the file or stream that refused. */
  static unwritable(what: string, cause: unknown): CommandError {
    const detail = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    return new CommandError('unwritable', `cannot write ${what} (${detail})`, { cause });
  }

  static noModels(issue: string, cause?: unknown): CommandError {
    return new CommandError('no-models', issue, { cause });
  }

  static badArguments(issue: string): CommandError {
    return new CommandError('bad-arguments', issue);
  }
}
