import { expect, test } from 'vitest';
import { createBackoff } from './backoff.ts';

test('the first retry is at once, then waits double up to the ceiling', () => {
  const backoff = createBackoff({ baseMs: 100, maxMs: 500, random: () => 1 });
  expect(Array.from({ length: 6 }, () => backoff.nextMs())).toEqual([0, 100, 200, 400, 500, 500]);
});

test('after a success the next failure is retried at once again', () => {
  const backoff = createBackoff({ random: () => 0 });
  backoff.nextMs();
  expect(backoff.nextMs()).toBe(125);
  backoff.reset();
  expect(backoff.nextMs()).toBe(0);
});

test('a thousand failures still wait no longer than the ceiling', () => {
  const backoff = createBackoff({ maxMs: 5_000 });
  for (let attempt = 0; attempt < 1_000; attempt += 1) expect(backoff.nextMs()).toBeLessThanOrEqual(5_000);
});
