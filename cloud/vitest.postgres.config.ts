import { defineConfig } from 'vitest/config';
import { isLongRun } from '../edge/test/support/figures.ts';
import { SERVER_TESTS, TESTS_TSCONFIG } from './vitest.config.ts';

/** Without a database, and what SQLite alone can be asked (`postgres/upgrade.test.ts` asks PostgreSQL). */
const OF_OTHER_THINGS = ['messages', 'small-disk-store', 'upgrade'];
/** What tries stores, lines and processes that are killed more than what the database is asked: with `--long`. */
const OF_STORES = [
  ...['bad-storage', 'delivery', 'exactly-once', 'just-in-time', 'kills-at-steps', 'line-first', 'link'],
  ...['clips', 'further-movies', 'kept-clips', 'network-cut', 'playback', 'preview', 'ready-in', 'retention'],
  ...['s3-delivery', 'serve', 'sweep', 'upload-kills'],
];
/** What letters say more than when they are due: with `--long`. */
const OF_LETTERS = ['mail', 'mail-entry', 'match-letters', 'objection-letters'];
/** What the portal counts in its memory or refuses before it asks its database: with `--long`. */
const OF_MEMORY = ['page-guards', 'rate-limits', 'security'];
const leftOut = [...OF_OTHER_THINGS, ...(isLongRun ? [] : [...OF_STORES, ...OF_LETTERS, ...OF_MEMORY])];

/** What touches the portal's database, once more on PostgreSQL: `vitest run --config vitest.postgres.config.ts`. */
export default defineConfig({
  tsconfig: TESTS_TSCONFIG,
  test: {
    ...SERVER_TESTS,
    name: 'cloud on PostgreSQL',
    include: ['test/**/*.test.ts', 'src/lib/server/uploads/signed-parts.test.ts'],
    exclude: ['node_modules/**', ...leftOut.map((name) => `test/${name}.test.ts`)],
    globalSetup: ['test/support/start-postgres.ts'],
    setupFiles: ['test/support/on-postgres.ts'],
  },
});
