import { defineConfig } from 'vitest/config';
import { SERVER_TESTS, TESTS_TSCONFIG } from './vitest.config.ts';

/** What tries texts, disks, stores and processes that are killed, whatever the database is. */
const OF_OTHER_THINGS = ['messages', 'small-disk-store', 'bad-storage', 's3-delivery', 'upload-kills'];

/** What touches the portal's database, once more on PostgreSQL: `vitest run --config vitest.postgres.config.ts`. */
export default defineConfig({
  tsconfig: TESTS_TSCONFIG,
  test: {
    ...SERVER_TESTS,
    name: 'cloud on PostgreSQL',
    include: ['test/**/*.test.ts', 'src/lib/server/uploads/signed-parts.test.ts'],
    exclude: ['node_modules/**', ...[...OF_OTHER_THINGS, 'upgrade'].map((name) => `test/${name}.test.ts`)],
    globalSetup: ['test/support/start-postgres.ts'],
    setupFiles: ['test/support/on-postgres.ts'],
  },
});
