import { expect, test } from 'vitest';
import { createPartIndex, planFragments } from '../../test/support/synthetic-part.ts';
import { createPartRecord } from '../ingest/part.ts';
import { cutAtEnd, findEnd } from './find-end.ts';

const NOBODY = { bootId: '', pid: 0, startTicks: 0 };
const FRAGMENT_MS = 480;
const BEGAN_MS = 5_000;

function createPart(number: number, fragments: number) {
  const { init, fragments: all } = createPartIndex(number, 0, planFragments(fragments));
  return {
    record: { ...createPartRecord(number, NOBODY), beganMonotonicMs: BEGAN_MS },
    init,
    fragments: all,
  };
}

/** How many fragments of a part belong to a recording that was stopped after `seen` of them. */
function keptOf(fragments: number, seen: number, stoppedAtMs: number): number {
  const end = findEnd([createPart(1, seen)], BEGAN_MS + stoppedAtMs);
  return end === undefined ? -1 : cutAtEnd(createPart(1, fragments), end).length;
}

test('the fragment under way at the stop belongs to it and what is on its way, later ones do not', () => {
  expect(keptOf(20, 10, 10.5 * FRAGMENT_MS)).toBe(13);
  expect(keptOf(20, 10, 11.5 * FRAGMENT_MS)).toBe(14);
});

test('a camera whose clock runs fast loses nothing of what was seen', () => {
  expect(keptOf(20, 10, 9 * FRAGMENT_MS)).toBe(13);
});

test('parts before the end are whole, parts behind it are not part of it', () => {
  const end = { part: 2, untilMs: 0 };
  expect(cutAtEnd(createPart(1, 5), end)).toHaveLength(5);
  expect(cutAtEnd(createPart(2, 5), end)).toHaveLength(1);
  expect(cutAtEnd(createPart(3, 5), end)).toHaveLength(0);
});

test('of a part without a fragment the first one may come yet', () => {
  const empty = { ...createPart(3, 1), fragments: [] };
  const end = findEnd([createPart(2, 5), empty], BEGAN_MS);
  expect(end).toEqual({ part: 3, untilMs: FRAGMENT_MS + 1_000 });
  expect(findEnd([], BEGAN_MS)).toBeUndefined();
});
