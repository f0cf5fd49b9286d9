import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';
import { listMessageFaults } from './complete-messages.ts';

/** No build without every text in every language. */
const completeMessages: Plugin = {
  name: 'padelvar-complete-messages',
  apply: 'build',
  buildStart() {
    const faults = listMessageFaults();
    if (faults.length > 0) this.error(`messages:\n${faults.join('\n')}`);
  },
};

/**
 * What a page loads comes in few files: left alone, every text, icon and function that two pages share was a file of its own, 163
 * of them, half under 500 bytes, and the dashboard asked for 109. So it asks for 58, and the court's page for 25 instead of 45.
 * Modules share files with what other pages load: none may do anything just because it is loaded.
 */
const FEW_FILES = {
  groups: [
    // Of most pages: they load it once.
    { name: 'base', priority: -1, minShareCount: 20 },
    // 5 kB instead would load a quarter more than the court's page needs.
    {
      ...{ name: 'shared', priority: -2, minShareCount: 2, test: /lucide|cloud.src.lib|shared.src/ },
      ...{ entriesAware: true, entriesAwareMergeThreshold: 2_500 },
    },
  ],
};

export default defineConfig({
  environments: {
    client: { build: { rolldownOptions: { output: { codeSplitting: FEW_FILES } } } },
  },
  plugins: [
    completeMessages,
    paraglideVitePlugin({ project: './project.inlang', outdir: './src/lib/paraglide' }),
    tailwindcss(),
    sveltekit({
      adapter: adapter(),
      // Pages load nothing from elsewhere: scripts by nonce, pictures and movies from the portal itself.
      csp: {
        mode: 'auto',
        directives: {
          'default-src': ['self'],
          'script-src': ['self'],
          'style-src': ['self'],
          // The one inline style: SvelteKit's hidden announcer of page titles, for screen readers.
          'style-src-attr': ['unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
          'img-src': ['self', 'data:'],
          // `blob:` is how a page hands a `<video>` what it fetched piece by piece; a store elsewhere is added at run time.
          'media-src': ['self', 'blob:'],
          'connect-src': ['self'],
          'object-src': ['none'],
          'base-uri': ['self'],
          'form-action': ['self'],
          'frame-ancestors': ['none'],
        },
      },
      // `handle` compares the Origin of every request that carries a cookie with the configured one;
      // programs with a bearer token and signed URLs send none.
      csrf: { trustedOrigins: ['*'] },
    }),
  ],
});
