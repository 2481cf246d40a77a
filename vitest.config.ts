import { defineConfig } from 'vitest/config';

/** Unit and integration tests. End-to-end tests in Chromium have their own configuration (vitest.e2e.config.ts). */
export default defineConfig({
  resolve: { conditions: ['timbre-source'] },
  ssr: { resolve: { conditions: ['timbre-source', 'module', 'node'] } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'test/e2e/**'],
    testTimeout: 20_000,
    // Polling waits for real processes and sockets, on a machine that may be busy.
    expect: { poll: { timeout: 5_000 } },
    // Two cores: real mediasoup Workers, sidecars and Chromium share them.
    maxWorkers: 2,
  },
});
