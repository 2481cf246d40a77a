import { defaultClientConditions, defineConfig } from 'vite';

/** The server that `npm start` runs; the development page reaches it through Vite. */
const server = process.env.TIMBRE_SERVER ?? 'http://127.0.0.1:3000';

export default defineConfig({
  // Our own packages are read from their source, as everywhere in this repository.
  resolve: { conditions: ['timbre-source', ...defaultClientConditions] },
  build: {
    outDir: 'dist',
    target: 'es2022',
    // The largest parts (Pixi, ONNX Runtime) are loaded after the join form is on screen.
    chunkSizeWarningLimit: 900,
  },
  worker: { format: 'es' },
  // Pre-bundling would tear ONNX Runtime's module from the .wasm file that it finds beside itself.
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  server: {
    port: 5173,
    proxy: {
      '/socket.io': { target: server, ws: true },
      '/dev': server,
      '/models': server,
    },
  },
});
