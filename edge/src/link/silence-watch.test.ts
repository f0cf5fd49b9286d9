import { expect, test } from 'vitest';
import { planPatience } from './silence-watch.ts';

const LIMITS = { silenceMs: 120_000, slowestKbitPerSecond: 64 };
const PART = 5 * 1024 * 1024;

test.each([
  ['whose line takes nothing', { bytes: 70_000, isHeldOff: false }, PART, 120_000],
  ['whose other end has no room', { bytes: 70_000, isHeldOff: true }, PART, 775_360],
  ['whose other end has everything', { bytes: 0, isHeldOff: false }, PART, 775_360],
  ['of which nobody can tell', undefined, PART, 775_360],
  ['that is small', { bytes: 0, isHeldOff: false }, 8_000, 121_000],
])('a sending %s may stand still for so long', (_what, left, bytes, patienceMs) => {
  expect(planPatience(left, bytes, LIMITS)).toBe(patienceMs);
});
