import { defineConfig } from 'vitest/config';

/** What is waited for comes; on a busy machine it takes its time. */
const PATIENT = { poll: { timeout: 15_000 } };

/** Shared, edge and the whole system; the portal's tests run from its own folder with its own Vite configuration. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'shared', root: 'shared', include: ['src/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'edge',
          root: 'edge',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: PATIENT,
        },
      },
      {
        test: {
          name: 'system',
          root: 'test',
          include: ['**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          expect: PATIENT,
        },
      },
    ],
  },
});
