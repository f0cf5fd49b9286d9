import { AppError, ERROR_KINDS, FaultSchema, formatProblem, type ErrorKind } from '@padelvar/shared/errors';
import { afterAll, describe, expect, it, test } from 'vitest';
import { overwriteGetLocale } from '#lib/paraglide/runtime.js';
import { describeRequest, tellRequest } from './describe-request.ts';
import { planPhase, planRequestFailure, type Situation } from './plan-request-failure.ts';
import { ApiError, type ApiErrorKind } from './request.ts';

afterAll(() => overwriteGetLocale(() => 'en'));

const KINDS = [...Object.keys(ERROR_KINDS), 'unreachable', 'unexpected'] as ApiErrorKind[];
const SITUATIONS: Situation[] = (['opening', 'starting', 'recording', 'saving'] as const).flatMap((phase) => [
  { phase },
  { phase, retries: true },
]);
/** They are told to the last of their players: a phone shows them without scrolling. */
const MOST_CHARACTERS = 240;

/** As a page gets it. */
function receive(kind: ApiErrorKind): ApiError {
  if (!(kind in ERROR_KINDS)) return new ApiError(kind, { status: 0, detail: 'none' });
  const problem = formatProblem(new AppError(kind as ErrorKind, 'expected something else'));
  return new ApiError(kind, { status: problem.status, detail: problem.detail, problem });
}

test.each([
  ['camera_unreachable', 'opening', 'nothing', 'tell_club'],
  ['court_busy', 'opening', 'nothing', 'other_court'],
  ['unreachable', 'opening', 'nothing', 'connect'],
  ['unreachable', 'starting', 'perhaps', 'see'],
  ['timeout', 'starting', 'perhaps', 'see'],
  ['device_offline', 'starting', 'nothing', 'tell_club'],
  ['unreachable', 'recording', 'by_itself', 'connect'],
  ['device_offline', 'recording', 'goes_on', 'again_or_end'],
  ['forbidden', 'recording', 'goes_on', 'talk'],
  ['not_found', 'recording', 'unknown', 'talk'],
  ['internal', 'recording', 'by_itself', 'again_or_end'],
  ['internal', 'saving', 'coming', 'again'],
  ['internal', 'over', 'said', 'again'],
] as const)('%s while a match is %s: %s, %s', (kind, phase, safety, todo) => {
  expect(planRequestFailure({ kind }, { phase })).toEqual({ safety, todo });
});

test.each([
  ['unreachable', 'recording', 'by_itself', 'stay'],
  ['unreachable', 'saving', 'coming', 'stay'],
  ['unreachable', 'before', 'said', 'stay'],
  ['unauthenticated', 'recording', 'goes_on', 'log_in'],
] as const)('%s to a page that asks by itself while a match is %s: %s, %s', (kind, phase, safety, todo) => {
  expect(planRequestFailure({ kind }, { phase, retries: true })).toEqual({ safety, todo });
});

test('what is wrong may say what to do, or that the match is over', () => {
  const plan = (fault: 'own_match_open' | 'longest' | 'match_over', phase: Situation['phase']) =>
    planRequestFailure({ kind: 'conflict', fault }, { phase });
  expect(plan('own_match_open', 'opening')).toEqual({ safety: 'nothing', todo: 'said' });
  expect(plan('longest', 'recording')).toEqual({ safety: 'goes_on', todo: 'said' });
  expect(plan('match_over', 'recording')).toEqual({ safety: 'coming', todo: 'reload' });
});

test('a kind that this page does not know yet is planned for all the same', () => {
  const error = new ApiError('of_tomorrow' as ErrorKind, { status: 418, detail: 'expected tea' });
  expect(tellRequest(error, { phase: 'recording' })).toContain('418');
  expect(describeRequest(error, { phase: 'recording' }).safety).toContain('The match is safe');
  expect(describeRequest(new TypeError('no such member'), { phase: 'recording' })).toMatchObject({
    what: 'Something went wrong in the portal.',
  });
});

test.each([
  ['opening', 'opening'],
  ['preview', 'opening'],
  ['starting', 'starting'],
  ['recording', 'recording'],
  ['saving', 'saving'],
  ['ready', 'over'],
  ['failed', 'over'],
] as const)('a match that shows %s is at %s', (stage, phase) => {
  expect(planPhase(stage)).toBe(phase);
});

describe.each(['en', 'fr', 'es'] as const)('in %s', (locale) => {
  it('every failed request says what happened, whether the match is safe and what to do, shortly', () => {
    overwriteGetLocale(() => locale);
    for (const kind of KINDS)
      for (const situation of SITUATIONS) {
        const { what, safety, todo } = describeRequest(receive(kind), situation);
        const said = [what, safety, todo];
        expect(
          said.filter((text) => text.length < 8),
          kind,
        ).toEqual([]);
        expect(new Set(said).size, kind).toBe(3);
        expect(said.join(' ').length, said.join(' ')).toBeLessThan(MOST_CHARACTERS);
      }
  });

  it.each(FaultSchema.options)('so does one that names its fault: %s', (fault) => {
    overwriteGetLocale(() => locale);
    const problem = formatProblem(new AppError('conflict', 'expected something else', { fault }));
    const error = new ApiError('conflict', { status: 409, detail: problem.detail, problem });
    for (const situation of SITUATIONS) {
      const { what, safety } = describeRequest(error, situation);
      expect(what).not.toContain('expected');
      expect(safety.length).toBeGreaterThan(8);
    }
  });
});
