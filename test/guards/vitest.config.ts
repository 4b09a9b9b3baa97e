import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

/** One test of one file at a time, hundreds of times: what the system needs has been installed by the tests before. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    globalSetup: [],
    setupFiles: [fileURLToPath(new URL('./fixed-cases-only.ts', import.meta.url))],
    pool: 'forks',
    testTimeout: 10_000,
  },
});
