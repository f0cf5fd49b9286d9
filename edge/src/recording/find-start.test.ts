import { expect, test } from 'vitest';
import { createPartIndex, planFragments } from '../../test/support/synthetic-part.ts';
import type { FragmentPlan } from '../../test/support/synthetic-part.ts';
import { createPartRecord } from '../ingest/part.ts';
import { findStart } from './find-start.ts';

const NOBODY = { bootId: '', pid: 0, startTicks: 0 };
const FRAGMENT_SECONDS = 0.48;
/** As `planFragments` has it. */
const KEYFRAME_SECONDS = 4 * FRAGMENT_SECONDS;

function createPart(number: number, plans: readonly FragmentPlan[], growing = true) {
  const { init, fragments } = createPartIndex(number, 0, plans);
  return { record: createPartRecord(number, NOBODY), growing, init, fragments };
}

/** How long before the newest picture a recording begins that is asked for now, seconds. */
function startOf(part: ReturnType<typeof createPart>, preRollMs: number): number {
  const { offset } = findStart([part], preRollMs);
  const index = part.fragments.findIndex((fragment) => fragment.offset === offset);
  return (part.fragments.length - index) * FRAGMENT_SECONDS;
}
const createPlain = (fragments: number) => createPart(1, planFragments(fragments));

test.each([
  { preRollMs: 1_000, seconds: 0.96 },
  { preRollMs: 1_919, seconds: 0.96 },
  { preRollMs: 1_920, seconds: 0.96 },
  { preRollMs: 2_880, seconds: 2.88 },
  { preRollMs: 5_000, seconds: 4.8 },
  { preRollMs: 10_000, seconds: 8.64 },
  { preRollMs: 10_560, seconds: 10.56 },
])(
  'of a pre-roll of $preRollMs ms comes what follows its first keyframe: $seconds s',
  ({ preRollMs, seconds }) => {
    // 30 fragments end two behind a keyframe.
    expect(startOf(createPlain(30), preRollMs)).toBeCloseTo(seconds, 6);
  },
);

test('it is never longer than was set, and shorter by less than the time between keyframes', () => {
  for (let fragments = 24; fragments < 60; fragments += 1) {
    const part = createPlain(fragments);
    for (let preRollMs = 2_000; preRollMs <= 10_000; preRollMs += 130) {
      const seconds = startOf(part, preRollMs);
      expect(seconds).toBeLessThanOrEqual(preRollMs / 1000);
      expect(seconds).toBeGreaterThan(preRollMs / 1000 - KEYFRAME_SECONDS - 1e-9);
    }
  }
});

test('a session that is open for less gives all it has, from its first keyframe on', () => {
  expect(startOf(createPlain(6), 10_000)).toBeCloseTo(6 * FRAGMENT_SECONDS, 6);
});

test.each([0, 400])(
  'with a pre-roll of %i ms it begins with the newest keyframe: a picture needs one',
  (preRollMs) => {
    expect(startOf(createPlain(30), preRollMs)).toBeCloseTo(0.96, 6);
  },
);

test('keyframes that are further apart than the pre-roll: the newest', () => {
  const rare = planFragments(60).map((plan, index) => ({ ...plan, keyframe: index === 0 || index === 30 }));
  const part = createPart(1, rare);
  expect(findStart([part], 10_000)).toEqual({ part: 1, offset: part.fragments[30]?.offset });
});

test('no keyframe yet: with the first that comes', () => {
  const none = planFragments(5).map((plan) => ({ ...plan, keyframe: false }));
  expect(findStart([createPart(1, none)], 10_000)).toEqual({ part: 1, offset: 0 });
});

test('nothing yet: with the part that begins', () => {
  expect(findStart([], 10_000)).toEqual({ part: 1, offset: 0 });
  const empty = { ...createPart(4, []), init: undefined };
  expect(findStart([empty], 10_000)).toEqual({ part: 4, offset: 0 });
});

test('a camera that was lost within the pre-roll: what came before that does not count', () => {
  const before = createPart(1, planFragments(30), false);
  const after = createPart(2, planFragments(9));
  expect(findStart([before, after], 10_000)).toEqual({ part: 2, offset: after.fragments[0]?.offset });
});

test('a camera that is lost at the start: with what comes when it is back', () => {
  expect(findStart([createPart(3, planFragments(30), false)], 10_000)).toEqual({ part: 4, offset: 0 });
});
