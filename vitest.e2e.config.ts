import { defineConfig } from 'vitest/config';

/** End-to-end tests: a real server, a real sidecar, real Chromium; one file at a time. */
export default defineConfig({
  resolve: { conditions: ['timbre-source'] },
  ssr: { resolve: { conditions: ['timbre-source', 'module', 'node'] } },
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
