import { defineConfig } from 'vitest/config';

/** The portal's server is tested without SvelteKit: it knows nothing of it. */
export default defineConfig({
  test: {
    name: 'cloud',
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for comes; on a busy machine it takes its time.
    expect: { poll: { timeout: 15_000 } },
  },
});
