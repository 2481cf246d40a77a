/** Chromium as people have it, with a microphone that plays a file. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

/** `microphone`: a WAV file that is played in a loop; without it Chromium's own beeps. */
export function launchChromium(microphone?: string): Promise<Browser> {
  const file = microphone === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphone}`];
  return chromium.launch({ executablePath: chromiumPath(), args: [...ARGUMENTS, ...file] });
}

/** CHROMIUM (set by `npm test`): a path, or a command on PATH. Default: Debian's. */
function chromiumPath(): string {
  const command = process.env.CHROMIUM ?? 'chromium';
  if (command.includes('/')) return command;
  const folders = (process.env.PATH ?? '').split(':');
  const found = folders.map((folder) => `${folder}/${command}`).find(existsSync);
  if (found === undefined) throw new Error(`${command} is not on PATH: set CHROMIUM, or run npm test`);
  return found;
}
