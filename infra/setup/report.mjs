// Progress on the terminal, one line a step: what is being done, how long it took, where its log is.

import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A set-up step that failed, with what to do about it. */
export class SetupError extends Error {
  name = 'SetupError';
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

const isTerminal = process.stderr.isTTY;

/** Runs `work` and shows it as a step; `work` gets a function that replaces the step's remark. Returns work's result. */
export async function step(title, work) {
  const started = Date.now();
  let remark = '';
  const show = () => {
    if (!isTerminal) return;
    const seconds = Math.round((Date.now() - started) / 1000);
    process.stderr.write(`\r\u001b[K  … ${title} ${seconds} s ${remark}`);
  };
  if (!isTerminal) process.stderr.write(`  … ${title}\n`);
  const timer = setInterval(show, 500);
  try {
    const result = await work((text) => {
      remark = text;
    });
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    process.stderr.write(`${isTerminal ? '\r\u001b[K' : ''}  ✓ ${title} (${seconds} s)\n`);
    return result;
  } catch (error) {
    process.stderr.write(`${isTerminal ? '\r\u001b[K' : ''}  ✗ ${title}\n`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Runs a command with its output in a log file; resolves with its exit status. */
export function logged(command, args, { log, env = process.env, cwd } = {}) {
  mkdirSync(dirname(log), { recursive: true });
  const file = openSync(log, 'w');
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', file, file] });
    closeSync(file); // the child has its own
    child.on('error', (error) => reject(new SetupError(error.message, `is ${command} installed?`)));
    child.on('close', (status) => resolve(status ?? 1));
  });
}

/** The last lines of a log, for an error message. */
export function tail(log, lines = 15) {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}

/** Ends the process with the error and its remedy on the terminal. */
export function fail(error) {
  process.stderr.write(`\nset-up failed: ${error.message}\n`);
  if (error.remedy) process.stderr.write(`what to do: ${error.remedy}\n`);
  else process.stderr.write(`${error.stack}\n`);
  process.exit(1);
}
