/** Runs the command line as people do. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../../models/command-line/bin/timbre.mjs', import.meta.url));

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function timbre(
  args: readonly string[],
  options: { cwd: string; input?: string; closeOutput?: boolean },
): Promise<CommandResult> {
  const child = spawn(process.execPath, [launcher, ...args], { cwd: options.cwd, stdio: 'pipe' });
  child.stdin.end(options.input ?? '');
  if (options.closeOutput) child.stdout.destroy();
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const output = options.closeOutput ? '' : text(child.stdout);
  const [stdout, stderr, status] = await Promise.all([output, text(child.stderr), closed]);
  return { status, stdout, stderr };
}

/** Synthetic speech in a WAV file. */
export async function speak(voice: string, words: string, file: string): Promise<void> {
  const child = spawn('espeak-ng', ['-v', voice, '-w', file, words], { stdio: 'ignore' });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (status !== 0) throw new Error(`espeak-ng ended with ${status}`);
}
