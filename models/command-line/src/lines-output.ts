/** Where the JSON lines go. Streams refuse late: a refusal is noted and thrown at the next line or at the end. */
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { CommandError } from './errors.ts';

export class LinesOutput {
  readonly #stream: NodeJS.WritableStream;
  /** What the errors call it. */
  readonly #name: string;
  readonly #owned: boolean;
  #refusal: Error | undefined;

  private constructor(stream: NodeJS.WritableStream, name: string, owned: boolean) {
    this.#stream = stream;
    this.#name = name;
    this.#owned = owned;
  }

  /** A file, made with its folders at once: one that can't be written must not cost the work first. Throws CommandError. */
  static async toFile(file: string): Promise<LinesOutput> {
    try {
      await mkdir(dirname(file), { recursive: true });
      const stream = (await open(file, 'w')).createWriteStream();
      // Each write's callback gets the same error.
      stream.on('error', () => undefined);
      return new LinesOutput(stream, file, true);
    } catch (error) {
      throw CommandError.unwritable(file, error);
    }
  }

  /** A stream that stays open. Its `error` events are its owner's. */
  static toStream(stream: NodeJS.WritableStream): LinesOutput {
    return new LinesOutput(stream, 'to standard output', false);
  }

  /** Throws CommandError `unwritable` if an earlier line was refused. */
  write(line: object): void {
    this.#throwRefusal();
    this.#stream.write(`${JSON.stringify(line)}\n`, this.#note);
  }

  /** Resolves when all lines are written. Throws CommandError `unwritable` if one was refused. */
  async close(): Promise<void> {
    const finish = (done: (error?: Error | null) => void) =>
      this.#owned ? this.#stream.end(done) : this.#stream.write('', done);
    await promisify(finish)().catch(this.#note);
    this.#throwRefusal();
  }

  readonly #note = (error?: Error | null) => {
    this.#refusal ??= error ?? undefined;
  };

  #throwRefusal(): void {
    if (this.#refusal) throw CommandError.unwritable(this.#name, this.#refusal);
  }
}
