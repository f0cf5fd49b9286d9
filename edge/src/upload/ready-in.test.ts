import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import { expect, test } from 'vitest';
import { planReadyIn } from './ready-in.ts';
import type { WaitingMovie } from './ready-in.ts';

/** A thousand bytes a millisecond. */
const KBIT = 8_000;

function waiting(sessionId: string, missingBytes: number, bytes = 0, forMs = 0): WaitingMovie {
  return { sessionId, missingBytes, underWay: { bytes, forMs } };
}

test('two movies share the line, and the next begins when one of them is there', () => {
  const three = [waiting('a', 2_000_000), waiting('b', 1_000_000), waiting('c', 500_000)];
  expect([...planReadyIn(three, KBIT, 2)]).toEqual([
    ['b', 2_300],
    ['c', 3_300],
    ['a', 3_800],
  ]);
  expect([...planReadyIn(three, KBIT, 1).values()]).toEqual([2_300, 3_300, 3_800]);
});

test('of a part that is on its way so much is there as the line has carried', () => {
  expect(planReadyIn([waiting('a', 3_000_000, 2_000_000, 1_500)], KBIT, 2).get('a')).toBe(1_800);
  expect(planReadyIn([waiting('a', 3_000_000, 2_000_000, 9_000)], KBIT, 2).get('a')).toBe(1_300);
  const two = [waiting('a', 2_000_000, 2_000_000, 500), waiting('b', 2_000_000, 2_000_000, 500)];
  expect([...planReadyIn(two, KBIT, 2).values()]).toEqual([3_300, 3_300]);
});

test('signing costs a movie that is alone on the line, and completing every one', () => {
  const costs = { partMs: 100, completeMs: 700, beside: [] };
  const bytes = 3 * UPLOAD_PART_BYTES;
  const both = planReadyIn([waiting('a', bytes), waiting('b', bytes)], KBIT, 2, costs);
  expect(planReadyIn([waiting('a', bytes)], KBIT, 2, costs).get('a')).toBe(Math.round(bytes / 1_000) + 1_000);
  expect(both.get('a')).toBe(Math.round((2 * bytes) / 1_000) + 700);
});

test('a part of a running match that is on its way takes its share of the line', () => {
  const costs = { partMs: 0, completeMs: 0, beside: [{ bytes: 3_000_000, forMs: 1_000 }] };
  expect(planReadyIn([waiting('a', 5_000_000)], KBIT, 2, costs).get('a')).toBe(7_000);
});

test('a movie of which all is there is ready at once', () => {
  expect(planReadyIn([waiting('a', 0)], KBIT, 2).get('a')).toBe(300);
});

test('where nobody knows the line nothing is promised', () => {
  expect(planReadyIn([waiting('a', 1)], undefined, 2).size).toBe(0);
  expect(planReadyIn([waiting('a', 1)], 0, 2).size).toBe(0);
});
