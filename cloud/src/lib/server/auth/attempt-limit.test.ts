import { expect, it } from 'vitest';
import { createManualClock } from '../../../../test/support/manual-clock.ts';
import { createAttemptLimit } from './attempt-limit.ts';

it('refuses after the last allowed failure and says for how long', async () => {
  const clock = createManualClock();
  const limit = createAttemptLimit({ clock, maxFailures: 2, windowMs: 60_000 });
  limit.count('a');
  await clock.advance(20_000);
  limit.count('a');
  expect(() => limit.check('b')).not.toThrow();
  expect(() => limit.check('a')).toThrow('try again in 40 s');
  await clock.advance(40_000);
  expect(() => limit.check('a')).not.toThrow();
});

it('remembers no more keys than it may', () => {
  const limit = createAttemptLimit({
    clock: createManualClock(),
    maxFailures: 1,
    windowMs: 60_000,
    maxKeys: 2,
  });
  for (const key of ['a', 'b', 'c']) limit.count(key);
  expect(() => limit.check('a')).not.toThrow();
  expect(() => limit.check('b')).toThrow();
  expect(() => limit.check('c')).toThrow();
});

it('counts what is under way, and not what succeeded', () => {
  const limit = createAttemptLimit({ clock: createManualClock(), maxFailures: 2, windowMs: 60_000 });
  limit.count('a');
  limit.count('a');
  expect(() => limit.check('a')).toThrow();
  limit.forgive('a');
  expect(() => limit.check('a')).not.toThrow();
});
