import { expect, test } from 'vitest';
import { planMinutesLeft, requireRoom } from './disk-room.ts';

const MINUTE_BYTES = 60_000_000;

test('an idle disk is counted at 8 Mbit/s, a running recording at what it has been measured to need', () => {
  expect(planMinutesLeft(30.9 * MINUTE_BYTES, [])).toBe(30);
  const half = { bytes: 10_000_000, elapsedMs: 20_000 };
  expect(planMinutesLeft(30 * MINUTE_BYTES, [half])).toBe(60);
  expect(planMinutesLeft(30 * MINUTE_BYTES, [half, half])).toBe(30);
});

test('a recording of less than 10 s, or without a byte, is not measured yet', () => {
  expect(planMinutesLeft(10 * MINUTE_BYTES, [{ bytes: 1_000, elapsedMs: 9_999 }])).toBe(10);
  expect(planMinutesLeft(10 * MINUTE_BYTES, [{ bytes: 0, elapsedMs: 60_000 }])).toBe(10);
});

test.each([
  ['a match needs a quarter of an hour', 15, 0, 5400, true],
  ['and no less', 14.9, 0, 5400, false],
  ['a short one only its own time', 5, 0, 300, true],
  ['and no less', 4.9, 0, 300, false],
  ['what runs needs its share', 29, 1, 5400, false],
  ['and leaves the rest', 30, 1, 5400, true],
  ['nothing fits on a full disk', 0, 0, 60, false],
])('%s: %d minutes free, %d running, %d s asked for', (_what, free, running, seconds, isAdmitted) => {
  const recordings = Array.from({ length: running }, () => ({ bytes: 0, elapsedMs: 0 }));
  const ask = (): void => requireRoom(free * MINUTE_BYTES, recordings, seconds);
  if (isAdmitted) expect(ask).not.toThrow();
  else expect(ask).toThrow(expect.objectContaining({ kind: 'disk_full', status: 507 }));
});

test('a refusal says how many minutes would fit', () => {
  expect(() => requireRoom(7.5 * MINUTE_BYTES, [], 5400)).toThrow(
    expect.objectContaining({
      message: 'Expected room for at least 15 minutes of recording, found room for 7.',
      details: { minutesThatFit: 7 },
    }),
  );
});
