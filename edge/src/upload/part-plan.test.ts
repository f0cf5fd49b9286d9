import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findNextPart, planParts } from './part-plan.ts';
import type { MovieExtent, PlannedPart } from './part-plan.ts';

const PART = 100;

/** Sends part after part, as the uploader does, until nothing is left to send. */
function sendAll(extent: MovieExtent, held: Map<number, number>): PlannedPart[] {
  const sent: PlannedPart[] = [];
  for (;;) {
    const next = findNextPart(extent, PART, (part) => held.get(part.partNumber) === part.bytes);
    if (next === undefined) return sent;
    held.set(next.partNumber, next.bytes);
    sent.push(next);
  }
}

const movie = fc.record({
  payloadOffset: fc.integer({ min: 0, max: 350 }),
  payloadBytes: fc.integer({ min: 1, max: 3000 }),
  growth: fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 8 }),
});

test('whatever the growth, every byte goes up exactly once, payload only when on disk, and part 1 last', () => {
  fc.assert(
    fc.property(movie, ({ payloadOffset, payloadBytes, growth }) => {
      const totalBytes = payloadOffset + payloadBytes;
      const held = new Map<number, number>();
      const sent: PlannedPart[] = [];
      let grownToBytes = payloadOffset;
      for (const bytes of growth) {
        grownToBytes = Math.min(totalBytes, grownToBytes + bytes);
        const now = sendAll({ payloadOffset, grownToBytes, totalBytes: undefined }, held);
        for (const part of now) {
          expect(part.offset).toBeGreaterThanOrEqual(payloadOffset);
          expect(part.offset + part.bytes).toBeLessThanOrEqual(grownToBytes);
          expect(part.bytes).toBe(PART);
        }
        sent.push(...now);
      }
      sent.push(...sendAll({ payloadOffset, grownToBytes: totalBytes, totalBytes }, held));

      expect(sent.at(-1)?.partNumber).toBe(1);
      const ascending = sent.toSorted((a, b) => a.partNumber - b.partNumber);
      expect(ascending).toEqual(planParts(totalBytes, PART));
      expect(ascending.slice(0, -1).every(({ bytes }) => bytes === PART)).toBe(true);
      expect(ascending.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(totalBytes);
    }),
  );
});

test('a part whose size changed at the end goes up again', () => {
  const held = new Map([
    [1, PART],
    [2, PART],
    [3, PART],
  ]);
  const sent = sendAll({ payloadOffset: 10, grownToBytes: 250, totalBytes: 250 }, held);
  expect(sent).toEqual([{ partNumber: 3, offset: 200, bytes: 50 }]);
});

test('a movie within one part is that part alone, once its header is known', () => {
  expect(sendAll({ payloadOffset: 40, grownToBytes: 99, totalBytes: undefined }, new Map())).toEqual([]);
  expect(sendAll({ payloadOffset: 40, grownToBytes: 99, totalBytes: 99 }, new Map())).toEqual([
    { partNumber: 1, offset: 0, bytes: 99 },
  ]);
});

test('part 1 waits for the header although its payload bytes are there', () => {
  const sent = sendAll({ payloadOffset: 40, grownToBytes: 330, totalBytes: undefined }, new Map());
  expect(sent.map(({ partNumber }) => partNumber)).toEqual([2, 3]);
});
