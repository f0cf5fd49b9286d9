import { expect, test } from 'vitest';
import { planOwedFrames } from './pace.ts';

test.each([
  { elapsedMs: 0, sentFrames: 0, owed: 1, nextInMs: 40 },
  { elapsedMs: 0, sentFrames: 1, owed: 0, nextInMs: 40 },
  { elapsedMs: 39.9, sentFrames: 1, owed: 0, nextInMs: 0.1 },
  { elapsedMs: 40, sentFrames: 1, owed: 1, nextInMs: 40 },
  { elapsedMs: 1_000, sentFrames: 1, owed: 25, nextInMs: 40 },
  { elapsedMs: 90 * 60_000, sentFrames: 135_000, owed: 1, nextInMs: 40 },
])(
  'after $elapsedMs ms and $sentFrames frames $owed are owed',
  ({ elapsedMs, sentFrames, owed, nextInMs }) => {
    const plan = planOwedFrames({ elapsedMs, sentFrames, fps: 25 });
    expect(plan.owed).toBe(owed);
    expect(plan.nextInMs).toBeCloseTo(nextInMs);
  },
);
