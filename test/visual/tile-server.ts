/** Builds the tile page with Vite, as an integrator would, and serves it with the models beside it. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, defaultClientConditions, type InlineConfig, type Plugin, preview } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = fileURLToPath(new URL('./page', import.meta.url));
const TYPES: Record<string, string> = { '.json': 'application/json', '.webp': 'image/webp' };

export interface TileServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface TileServerOptions {
  /** Cross-origin isolation, which gives pages shared memory and ONNX Runtime its threads. Default: false. */
  readonly isolated?: boolean;
}

export async function startTileServer({ isolated = false }: TileServerOptions = {}): Promise<TileServer> {
  const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
  const outDir = await mkdtemp(join(tmpdir(), 'timbre-tiles-'));
  const config: InlineConfig = {
    ...{ root: PAGE, configFile: false, logLevel: 'error' },
    resolve: { conditions: ['timbre-source', ...defaultClientConditions] },
    // The decoder's Worker loads ONNX Runtime on demand, which Vite's default format (iife) can't.
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, chunkSizeWarningLimit: 2000 },
    preview: { host: '127.0.0.1', port: 0, headers: isolated ? isolation : {} },
    plugins: [serveModels()],
  };
  await build(config);
  const server = await preview(config);
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('the tile server has no address');
  return {
    url,
    async close() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}

function serveModels(): Plugin {
  return {
    name: 'timbre-models',
    configurePreviewServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = decodeURIComponent((request.url ?? '').split('?')[0]!);
        const file = join(ROOT, path);
        if (!path.startsWith('/models/') || path.includes('..') || !existsSync(file) || !statSync(file).isFile()) {
          next();
          return;
        }
        response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
        createReadStream(file).pipe(response);
      });
    },
  };
}
