import { END_REASONS, MOVIE_STATES } from '@padelvar/shared/session';
import { expect, test } from 'vitest';
import { describeFailure, describeReason } from './describe-error.ts';
import { planFailure } from './plan-failure.ts';

test.each([
  ['disk_full', 'none', 'nothing', 'tell_club'],
  ['disk_full', 'ready', 'saved', 'tell_club'],
  ['camera_lost', 'uploading', 'coming', 'tell_club'],
  ['crash_recovered', 'failed', 'no_video', 'again'],
  ['encoder_full', 'none', 'nothing', 'other_court'],
  ['player', 'ready', 'saved', 'nothing'],
  [undefined, 'failed', 'no_video', 'again'],
] as const)('%s with a movie that is %s: %s, %s', (reason, movie, safety, todo) => {
  expect(planFailure(reason, movie)).toEqual({ safety, todo });
});

const FAILURES = END_REASONS.filter((reason) => planFailure(reason, 'none').todo !== 'nothing');

test.each(['en', 'fr', 'es'] as const)(
  'every failure says what happened, whether the match is safe and what to do, in %s',
  (locale) => {
    for (const reason of FAILURES)
      for (const movie of MOVIE_STATES) {
        const what = describeReason(reason, { locale });
        const { safety, todo } = describeFailure(reason, movie, { locale });
        expect([what, safety, todo].filter((text) => text.length < 10)).toEqual([]);
        expect(new Set([what, safety, todo]).size).toBe(3);
      }
  },
);

test('an end that somebody wanted asks for nothing', () => {
  expect(describeFailure('player', 'ready').todo).toBe('');
});
