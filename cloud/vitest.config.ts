import { defineConfig } from 'vitest/config';

/** The portal's server is tested without SvelteKit: it knows nothing of it. */
export default defineConfig({
  test: {
    name: 'cloud',
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
