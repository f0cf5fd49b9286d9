import { defineConfig, mergeConfig } from 'vitest/config';
import sqlite from './vitest.config.ts';

/** What touches the database, once more on PostgreSQL: `vitest run --config vitest.postgres.config.ts`. */
export default mergeConfig(
  sqlite,
  defineConfig({
    test: {
      name: 'cloud on PostgreSQL',
      globalSetup: ['test/support/start-postgres.ts'],
      setupFiles: ['test/support/on-postgres.ts'],
    },
  }),
);
