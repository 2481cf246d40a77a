import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { PopulationError } from '../errors.ts';

/** Bundles the page for Chromium. With Vite, as the workspace already has it for the client. */
export async function bundlePage(): Promise<string> {
  const entry = fileURLToPath(new URL('./page.ts', import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, target: 'esnext', lib: { entry, formats: ['es'], fileName: 'page' } },
  });
  const outputs = Array.isArray(result) ? result : [result];
  for (const built of outputs) {
    if (!('output' in built)) continue;
    const chunk = built.output.find((file) => file.type === 'chunk' && file.isEntry);
    if (chunk?.type === 'chunk') return chunk.code;
  }
  throw PopulationError.pageFailed('Vite gave no bundle of the page');
}
