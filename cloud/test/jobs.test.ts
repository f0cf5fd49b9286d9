/** What the portal does by the clock, at the times that it promises; the hours pass in no time. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
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
beforeEach(() => {
  vi.useFakeTimers({ now: MIDNIGHT, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The hours and minutes at which something ran. */
function watch<Result>(run: () => Promise<Result>) {
  const ranAt: string[] = [];
  let running = 0;
  return {
    ranAt,
    isIdle: () => running === 0,
    run: async (): Promise<Result> => {
      ranAt.push(new Date().toISOString().slice(11, 16));
      running += 1;
      return run().finally(() => (running -= 1));
    },
  };
}

test('expired videos end each hour, and store and library are compared each night, with a report that is kept', async () => {
  const { services } = portal.app;
  expect(await services.storageSweep.last()).toBeUndefined();
  const retention = watch(() => services.retention.run());
  const sweep = watch(() => services.storageSweep.run());
  const planned = planJobs({
    ...services,
    retention: { ...services.retention, run: retention.run },
    storageSweep: { ...services.storageSweep, run: sweep.run },
  });
  const jobs = startJobs(planned, silentLogger);
  for (let hour = 0; hour < 24; hour += 1) {
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    // Disks and databases take their own time.
    while (!retention.isIdle() || !sweep.isIdle()) await new Promise((resolve) => setImmediate(resolve));
  }
  await jobs.close();
  expect(retention.ranAt).toEqual(
    Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:17`),
  );
  expect(sweep.ranAt).toEqual(['04:13']);
  expect(await services.storageSweep.last()).toMatchObject({ objects: 0, missing: [] });
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect(retention.ranAt).toHaveLength(24);
});

test('the report of the last comparison outlives a restart of the portal', async () => {
  vi.useRealTimers();
  const before = await portal.app.services.storageSweep.run();
  await portal.app.close();
  portal = await openTestPortal({ dataDir: portal.dataDir });
  expect(await portal.app.services.storageSweep.last()).toEqual(before);
});
