/** Serves the tile page with Vite from source, the models beside it, and one speech file. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, type Plugin, type UserConfig } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = fileURLToPath(new URL('./page', import.meta.url));
const TYPES: Record<string, string> = { '.json': 'application/json', '.webp': 'image/webp', '.wav': 'audio/wav' };

export interface TileServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What the page, and any integrator's Vite, needs: our sources' export condition, and module Workers. */
export function tilePageConfig(files: Readonly<Record<string, string>> = {}): UserConfig {
  return {
    root: PAGE,
    configFile: false,
    logLevel: 'warn',
    resolve: { conditions: ['timbre-source', 'module', 'browser', 'development|production'] },
    worker: { format: 'es' },
    optimizeDeps: { exclude: ['onnxruntime-web'], include: ['pixi.js'] },
    server: { host: '127.0.0.1', port: 0, fs: { allow: [ROOT] }, hmr: false, watch: null },
    plugins: [serveFiles(files)],
  };
}

/** `files`: path under the page's root -> file on disk, besides /models/. */
export async function startTileServer(files: Readonly<Record<string, string>> = {}): Promise<TileServer> {
  const server = await createServer(tilePageConfig(files));
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('the tile server has no address');
  return { url, close: () => server.close() };
}

function serveFiles(files: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'timbre-models',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = decodeURIComponent((request.url ?? '').split('?')[0]!);
        const file = files[path] ?? (path.startsWith('/models/') ? join(ROOT, path) : undefined);
        if (!file || !existsSync(file) || !statSync(file).isFile()) return next();
        response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
        createReadStream(file).pipe(response);
      });
    },
  };
}
