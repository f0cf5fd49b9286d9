import { defineConfig } from 'vitest/config';

/** A failed comparison says all of what it found: of a run elsewhere its message is all that is seen. */
export const WORDY = { truncateThreshold: 0 };

/** The portal's server is tested without SvelteKit: it knows nothing of it. */
export const SERVER_TESTS = {
  include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
  // Modules hold no state, so files share them: loading the whole portal anew for each takes longer than many a file's tests.
  isolate: false,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // What is waited for comes; on a busy machine it takes its time.
  expect: { poll: { timeout: 15_000 } },
  chaiConfig: WORDY,
};

/** The portal's own builds on one that SvelteKit writes, which is not there in a fresh tree. */
export const TESTS_TSCONFIG = '../tsconfig.base.json';

/** From the edge's parts in the store to whoever watches the movie. */
export const DELIVERY_TESTS = [
  'src/lib/server/{storage,uploads}/**/*.test.ts',
  'test/{bad-storage,delivery,exactly-once,further-movies,just-in-time,kept-clips,kills-at-steps}.test.ts',
  'test/{line-first,network-cut,playback,ready-in,retention,s3-delivery}.test.ts',
  'test/{small-disk-store,sweep,upload-kills}.test.ts',
];

/** On SQLite; `vitest.postgres.config.ts` runs what touches the database on PostgreSQL. */
export default defineConfig({
  tsconfig: TESTS_TSCONFIG,
  test: { ...SERVER_TESTS, name: 'cloud', exclude: ['node_modules/**', 'test/postgres/**'] },
});
