/** What the portal does by the clock, at the times that it promises; the hours pass in no time. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { planJobs } from '../src/lib/server/app.ts';
import { startJobs } from '../src/lib/server/jobs/jobs.ts';
import { silentLogger } from '../src/lib/server/log.ts';
import { openTestPortal } from './support/portal.ts';
import type { TestPortal } from './support/portal.ts';

const HOUR_MS = 60 * 60_000;
const MIDNIGHT = Date.UTC(2026, 5, 1);
let portal: TestPortal;

beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.close());
afterEach(() => {
  vi.useRealTimers();
});

/** The hours and minutes at which something ran; it answers what it answered before, when time passed as always. */
function watch<Result>(result: Result) {
  const ranAt: string[] = [];
  const run = (): Promise<Result> => {
    ranAt.push(new Date().toISOString().slice(11, 16));
    return Promise.resolve(result);
  };
  return { ranAt, run };
}

test('expired videos end each hour, and store and library are compared each night', async () => {
  const { services } = portal.app;
  const retention = watch(undefined);
  const sweep = watch(await services.storageSweep.run());
  const planned = planJobs({
    ...services,
    retention: { ...services.retention, run: retention.run },
    storageSweep: { ...services.storageSweep, run: sweep.run },
  }).filter(({ name }) => name === 'end expired videos' || name === 'compare store and library');
  expect(planned).toHaveLength(2);
  vi.useFakeTimers({ now: MIDNIGHT, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const jobs = startJobs(planned, silentLogger);
  await vi.advanceTimersByTimeAsync(24 * HOUR_MS);
  await jobs.close();
  expect(retention.ranAt).toEqual(
    Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:17`),
  );
  expect(sweep.ranAt).toEqual(['04:13']);
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect(retention.ranAt).toHaveLength(24);
});

test('the report of the last comparison outlives a restart of the portal', async () => {
  const before = await portal.app.services.storageSweep.run();
  await portal.app.close();
  portal = await openTestPortal({ dataDir: portal.dataDir });
  expect(await portal.app.services.storageSweep.last()).toEqual(before);
});
