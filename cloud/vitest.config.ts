import { defineConfig } from 'vitest/config';

/** The portal's server is tested without SvelteKit: it knows nothing of it. */
export const SERVER_TESTS = {
  include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // What is waited for comes; on a busy machine it takes its time.
  expect: { poll: { timeout: 15_000 } },
};

/** On SQLite; `vitest.postgres.config.ts` runs what touches the database on PostgreSQL. */
export default defineConfig({
  test: { ...SERVER_TESTS, name: 'cloud', exclude: ['node_modules/**', 'test/postgres/**'] },
});
