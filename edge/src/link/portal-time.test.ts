import { expect, it } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { createPortalTime } from './portal-time.ts';

it('is not known until learnt', () => {
  expect(createPortalTime(createManualClock()).nowMs()).toBeUndefined();
});

it('goes on with the monotonic clock, whatever the wall clock does', async () => {
  const clock = createManualClock();
  const time = createPortalTime(clock);
  const sentAtMs = clock.monotonicMs();
  await clock.advance(200);
  time.learn(1_000_000, sentAtMs);
  clock.stepWall(-86_400_000);
  await clock.advance(5_000);
  expect(time.nowMs()).toBe(1_005_200);
});

it('is never learnt from an answer that took longer than 2 s', async () => {
  const clock = createManualClock();
  const time = createPortalTime(clock);
  const sentAtMs = clock.monotonicMs();
  await clock.advance(2_001);
  time.learn(1_000_000, sentAtMs);
  expect(time.nowMs()).toBeUndefined();
});
