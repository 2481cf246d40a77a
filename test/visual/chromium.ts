/** A real Chromium without a screen: WebGL in software, sound without a device. */
import { type Browser, chromium } from 'playwright-core';

const ARGUMENTS = [
  ...['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  ...['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'],
  ...['--disable-sync', '--autoplay-policy=no-user-gesture-required'],
];

/** The caller closes it, whatever happens. CHROMIUM: another binary. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
}
