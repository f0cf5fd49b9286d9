import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KEEP_UP_RATIO, planUplink } from './uplink-plan.ts';

const NOTHING = {
  ...{ ceilingKbitPerSecond: undefined, runningKbitPerSecond: 0 },
  ...{ measuredKbitPerSecond: undefined, isWatched: false },
};

test.each([
  ['no ceiling', {}, undefined, false],
  ['a ceiling while nothing runs', { ceilingKbitPerSecond: 2_000 }, 2_000, false],
  ['a ceiling that is enough', { ceilingKbitPerSecond: 4_600, runningKbitPerSecond: 4_000 }, 4_600, false],
  [
    'a ceiling under which a backlog grows',
    { ceilingKbitPerSecond: 4_599, runningKbitPerSecond: 4_000 },
    4_600,
    true,
  ],
  ['16 courts', { ceilingKbitPerSecond: 10_000, runningKbitPerSecond: 64_000 }, 73_600, true],
  ['a viewer on an unknown line', { isWatched: true }, undefined, false],
  ['a viewer', { isWatched: true, measuredKbitPerSecond: 10_000 }, 8_000, false],
  [
    'a viewer on a line that is needed',
    { isWatched: true, measuredKbitPerSecond: 4_800, runningKbitPerSecond: 4_000 },
    4_600,
    false,
  ],
  [
    'a viewer and a ceiling',
    { isWatched: true, measuredKbitPerSecond: 10_000, ceilingKbitPerSecond: 3_000 },
    3_000,
    false,
  ],
])('%s', (_what, facts, limitKbitPerSecond, isLifted) => {
  expect(planUplink({ ...NOTHING, ...facts })).toEqual({ limitKbitPerSecond, isLifted });
});

test('whatever a club sets, a match that runs never leaves a backlog for want of a limit', () => {
  const kbit = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(
      fc.option(kbit, { nil: undefined }),
      kbit,
      fc.option(kbit, { nil: undefined }),
      fc.boolean(),
      (...all) => {
        const [ceilingKbitPerSecond, runningKbitPerSecond, measuredKbitPerSecond, isWatched] = all;
        const facts = { ceilingKbitPerSecond, runningKbitPerSecond, measuredKbitPerSecond, isWatched };
        const { limitKbitPerSecond = Infinity, isLifted } = planUplink(facts);
        expect(limitKbitPerSecond).toBeGreaterThanOrEqual(runningKbitPerSecond * KEEP_UP_RATIO);
        if (!isLifted) expect(limitKbitPerSecond).toBeLessThanOrEqual(ceilingKbitPerSecond ?? Infinity);
      },
    ),
  );
});
