import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planConfirmedAt, planRetention, planWantedFree } from './retention-plan.ts';
import type { LocalCopy } from './retention-plan.ts';

const HOUR_MS = 3_600_000;
const GB = 1e9;
const NOW = 1_000 * HOUR_MS;
const ROOMY = { nowMs: NOW, keepMs: 48 * HOUR_MS, freeBytes: 100 * GB, wantedFreeBytes: 50 * GB };

function copy(
  sessionId: string,
  confirmedHoursAgo: number | undefined,
  rest: Partial<LocalCopy> = {},
): LocalCopy {
  const confirmedAtMs = confirmedHoursAgo === undefined ? undefined : NOW - confirmedHoursAgo * HOUR_MS;
  return { sessionId, bytes: 3 * GB, confirmedAtMs, isSettled: true, ...rest };
}

const COPIES = [
  copy('new', 1),
  copy('unsent', undefined),
  copy('old', 60),
  copy('older', 70),
  copy('fresh', 47.9),
];

test('with room enough a copy stays for its time, and then the oldest goes first', () => {
  expect(planRetention({ ...ROOMY, copies: COPIES })).toEqual(['older', 'old']);
  expect(planRetention({ ...ROOMY, copies: COPIES, keepMs: 0 })).toEqual(['older', 'old', 'fresh', 'new']);
  expect(planRetention({ ...ROOMY, copies: COPIES, keepMs: 1_000 * HOUR_MS })).toEqual([]);
});

test('while the disk is short of room, so many of the oldest go as are needed', () => {
  expect(planRetention({ ...ROOMY, copies: COPIES, freeBytes: 49 * GB })).toEqual(['older', 'old']);
  expect(planRetention({ ...ROOMY, copies: COPIES, freeBytes: 43 * GB })).toEqual(['older', 'old', 'fresh']);
  expect(planRetention({ ...ROOMY, copies: COPIES, freeBytes: 0 })).toEqual(['older', 'old', 'fresh', 'new']);
});

test('what belongs beside a movie and was not sent yet keeps it, unless the room is needed', () => {
  const copies = [copy('a', 60, { isSettled: false })];
  expect(planRetention({ ...ROOMY, copies })).toEqual([]);
  expect(planRetention({ ...ROOMY, copies, freeBytes: 1 })).toEqual(['a']);
});

test('a wall clock that was set back makes nothing old', () => {
  expect(planRetention({ ...ROOMY, copies: [copy('a', -100)] })).toEqual([]);
});

test('only what is confirmed, the oldest first, no more than is needed [nvr.scrypted.app 21, Shinobi 71]', () => {
  const any = fc.record({
    copies: fc.uniqueArray(
      fc.record({
        sessionId: fc.string({ minLength: 1 }),
        bytes: fc.integer({ min: 1, max: 10 * GB }),
        confirmedAtMs: fc.option(fc.integer({ min: 0, max: NOW }), { nil: undefined }),
        isSettled: fc.boolean(),
      }),
      { selector: ({ sessionId }) => sessionId, maxLength: 30 },
    ),
    keepMs: fc.integer({ min: 0, max: NOW }),
    freeBytes: fc.integer({ min: 0, max: 60 * GB }),
    wantedFreeBytes: fc.integer({ min: 0, max: 60 * GB }),
  });
  fc.assert(
    fc.property(any, (facts) => {
      const leaving = planRetention({ ...facts, nowMs: NOW });
      const of = (sessionId: string): LocalCopy | undefined =>
        facts.copies.find((one) => one.sessionId === sessionId);
      const isOld = (one: LocalCopy): boolean =>
        one.isSettled && NOW - (one.confirmedAtMs ?? NOW) >= facts.keepMs;
      let free = facts.freeBytes;
      let last = -Infinity;
      for (const sessionId of leaving) {
        const one = of(sessionId);
        if (one?.confirmedAtMs === undefined) throw new Error('expected a confirmed copy');
        expect(one.confirmedAtMs).toBeGreaterThanOrEqual(last);
        expect(isOld(one) || free < facts.wantedFreeBytes).toBe(true);
        last = one.confirmedAtMs;
        free += one.bytes;
      }
      const staying = facts.copies.filter(
        (one) => one.confirmedAtMs !== undefined && !leaving.includes(one.sessionId),
      );
      if (staying.length > 0) expect(free).toBeGreaterThanOrEqual(facts.wantedFreeBytes);
      expect(staying.some((one) => isOld(one) && facts.keepMs > 0)).toBe(false);
    }),
  );
});

test('a match of several movies is confirmed with the last of them', () => {
  const movie = { confirmed: true, confirmedAtMs: NOW };
  expect(planConfirmedAt([movie], 5)).toBe(NOW);
  expect(planConfirmedAt([movie, { confirmed: true, confirmedAtMs: NOW + 7 }], 5)).toBe(NOW + 7);
  expect(planConfirmedAt([{ confirmed: true }], 5)).toBe(5);
  expect(planConfirmedAt([movie, { confirmed: false }], 5)).toBeUndefined();
  expect(planConfirmedAt([movie, undefined], 5)).toBeUndefined();
});

test('the room that is kept is for four hours on every court, and never more than a quarter of the disk', () => {
  expect(planWantedFree(3, 1_000 * GB)).toBe(3 * 4 * 3.6 * GB);
  expect(planWantedFree(16, 256 * GB)).toBe(64 * GB);
});
