import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { portalNow, readPortalTime } from './portal-time.ts';

const AT = Date.parse('2026-03-07T20:00:00.400Z');
const answerAt = (ms: number) => readPortalTime(new Date(ms).toUTCString());

beforeEach(() => {
  vi.useFakeTimers({ now: AT, toFake: ['Date'] });
  answerAt(AT);
});
afterEach(() => vi.useRealTimers());

it.each([
  ['slow', -240_000],
  ['fast', 3_600_000],
])('of a device whose clock is %s the portal’s time is told to the second', (_what, offMs) => {
  vi.setSystemTime(AT + offMs);
  answerAt(AT);
  expect(Math.abs(portalNow() - AT)).toBeLessThan(1_000);
  vi.setSystemTime(AT + offMs + 10_000);
  expect(Math.abs(portalNow() - AT - 10_000)).toBeLessThan(1_000);
});

it('does not jump with each answer’s whole seconds, nor where an answer has none', () => {
  const before = portalNow();
  answerAt(AT - 1_000);
  readPortalTime(null);
  expect(portalNow()).toBe(before);
});
