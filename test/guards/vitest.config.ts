import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

/** One test of one file at a time, hundreds of times: what the system needs has been installed by the tests before. */
export default defineConfig({ ...base, test: { ...base.test, globalSetup: [], pool: 'threads' } });
