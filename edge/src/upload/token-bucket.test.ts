import { expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { createTokenBucket } from './token-bucket.ts';

const { signal } = new AbortController();

/** Bytes that pass within `ms` where pieces of that size always wait in line. */
async function passWithin(
  ms: number,
  limit: () => number | undefined,
  pieceBytes: number,
  debit = 0,
): Promise<number> {
  const clock = createManualClock();
  const bucket = createTokenBucket(clock, limit);
  const ending = new AbortController();
  let passed = 0;
  const sender = (async () => {
    while (!ending.signal.aborted) {
      await bucket.take(pieceBytes, ending.signal);
      passed += pieceBytes;
      if (passed > 100_000_000) return;
    }
  })().catch(() => undefined);
  for (let at = 0; at < ms; at += 1_000) {
    bucket.debit(debit);
    await clock.advance(1_000);
  }
  ending.abort();
  await sender;
  return passed;
}

test.each([
  [1_000, 16_384],
  [4_600, 16_384],
  [64, 16_384],
  [8_000, 1_000],
])('%i kbit/s let pass what they say, in pieces of %i bytes', async (kbit, piece) => {
  const expected = (kbit / 8) * 20_000;
  const passed = await passWithin(20_000, () => kbit, piece);
  expect(passed).toBeGreaterThan(expected * 0.9 - piece);
  expect(passed).toBeLessThan(expected * 1.05 + piece);
});

test('what goes before is taken off', async () => {
  const passed = await passWithin(20_000, () => 8_000, 16_384, 500_000);
  expect(passed).toBeGreaterThan(10_000_000 * 0.9);
  expect(passed).toBeLessThan(10_000_000 * 1.1);
});

test('without a limit nothing waits, and one that comes or goes counts soon', async () => {
  const clock = createManualClock();
  let limit: number | undefined;
  const bucket = createTokenBucket(clock, () => limit);
  await bucket.take(1_000_000_000, signal);
  limit = 8;
  let isThrough = false;
  const waiting = bucket
    .take(1_000_000, signal)
    .then(() => bucket.take(1_000_000, signal))
    .then(() => (isThrough = true));
  for (let second = 0; second < 10; second += 1) await clock.advance(1_000);
  expect(isThrough).toBe(false);
  limit = undefined;
  await clock.advance(1_000);
  await waiting;
  expect(bucket.waitedMs).toBeGreaterThan(5_000);
});

test('who stops waiting holds nobody up', async () => {
  const clock = createManualClock();
  const bucket = createTokenBucket(clock, () => 8);
  const stopping = new AbortController();
  const first = bucket.take(10_000, signal);
  const second = bucket.take(10_000, stopping.signal);
  const third = bucket.take(1, signal);
  await clock.advance(300);
  await first;
  stopping.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  await clock.advance(60_000);
  await third;
});
