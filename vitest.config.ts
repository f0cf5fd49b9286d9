import { defineConfig } from 'vitest/config';
import { isLongRun } from './edge/test/support/figures.ts';
import { LongestFirst } from './scripts/testing/longest-first.ts';
import {
  DELIVERY_TESTS as PORTAL_DELIVERY,
  SERVER_TESTS,
  TESTS_TSCONFIG,
  WORDY,
} from './cloud/vitest.config.ts';

/** What is waited for comes; on a busy machine it takes its time. */
const PATIENT = { poll: { timeout: 15_000 } };

const EDGE_TESTS = {
  root: 'edge',
  include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: PATIENT,
  chaiConfig: WORDY,
};

/** Of the whole system; what its pages show is apart. */
const SYSTEM_TESTS = {
  root: 'test',
  globalSetup: '../edge/test/support/make-clip.ts',
  include: ['**/*.test.ts'],
  testTimeout: 180_000,
  hookTimeout: 120_000,
  expect: PATIENT,
  chaiConfig: WORDY,
};
const PAGES = ['pages/**/*.test.ts'];
/** Of which every test belongs to the long run. */
const LONG_PAGES = [
  'pages/{accessibility-states,club-courts,club-watch,dead-line,device-care,live-picture,own-account}.test.ts',
];

/** From the recording on the edge's disk to whoever watches it. */
const DELIVERY = [
  'src/upload/**/*.test.ts',
  'src/link/put-*.test.ts',
  'test/{stored-object,storyboard,watch,week-away,week-offline}.test.ts',
];

/** Modules hold no state, so files share them: loading them anew for each takes longer than many a file's tests. */
const SHARING = { isolate: false };

/**
 * Everything but the portal's tests on PostgreSQL. The portal's `tsconfig.json` builds on one that SvelteKit writes: what tests
 * take from the portal is read without it.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...SHARING,
          name: 'shared',
          root: 'shared',
          include: ['src/**/*.test.ts'],
          testTimeout: 60_000,
          chaiConfig: WORDY,
        },
      },
      { test: { ...EDGE_TESTS, ...SHARING, name: 'recorder', exclude: DELIVERY } },
      { test: { ...EDGE_TESTS, ...SHARING, name: 'delivery', include: DELIVERY } },
      {
        tsconfig: TESTS_TSCONFIG,
        test: {
          ...SERVER_TESTS,
          name: 'portal-delivery',
          root: 'cloud',
          include: PORTAL_DELIVERY,
        },
      },
      {
        tsconfig: TESTS_TSCONFIG,
        test: {
          ...SERVER_TESTS,
          name: 'portal',
          root: 'cloud',
          exclude: ['test/postgres/**', ...PORTAL_DELIVERY],
        },
      },
      {
        tsconfig: TESTS_TSCONFIG,
        test: {
          ...SYSTEM_TESTS,
          ...SHARING,
          name: 'pages',
          include: PAGES,
          exclude: isLongRun ? [] : LONG_PAGES,
        },
      },
      {
        tsconfig: TESTS_TSCONFIG,
        test: { ...SYSTEM_TESTS, ...SHARING, name: 'system', exclude: PAGES },
      },
    ],
  },
});
