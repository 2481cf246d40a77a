// Runs a command in the foreground, as if it were this process: its terminal, its signals, its exit status.
import { spawn } from 'node:child_process';

/** Resolves with the command's exit status; SIGINT and SIGTERM are passed on. */
export function foreground(command, args, { env, cwd }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd, stdio: 'inherit' });
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward);
    process.on('SIGTERM', forward);
    child.on('error', reject);
    child.on('close', (status, signal) => {
      process.off('SIGINT', forward);
      process.off('SIGTERM', forward);
      resolve(status ?? (signal ? 128 : 1));
    });
  });
}
