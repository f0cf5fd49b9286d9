import fc from 'fast-check';
import { expect, test } from 'vitest';
import { payloadBytes, planReads } from './movie-view.ts';

const pieces = fc.array(
  fc.record({
    part: fc.integer({ min: 1, max: 9 }),
    offset: fc.nat(5_000),
    bytes: fc.integer({ min: 1, max: 999 }),
  }),
  { maxLength: 8 },
);

test('the reads of a range are exactly its bytes, in order', () => {
  fc.assert(
    fc.property(pieces, fc.nat(4_000), fc.nat(4_000), (all, offset, length) => {
      const bytesOf = (list: typeof all): string[] =>
        list.flatMap(({ part, offset: from, bytes }) =>
          Array.from({ length: bytes }, (_, index) => `${String(part)}:${String(from + index)}`),
        );
      expect(bytesOf(planReads(all, offset, length))).toEqual(bytesOf(all).slice(offset, offset + length));
    }),
  );
});

test('a range beyond the payload has fewer bytes than were asked for', () => {
  const [one] = [{ part: 1, offset: 10, bytes: 5 }];
  expect(payloadBytes(planReads([one], 3, 10))).toBe(2);
  expect(planReads([one], 5, 1)).toEqual([]);
});
