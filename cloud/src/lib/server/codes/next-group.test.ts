import { describe, expect, it } from 'vitest';
import { findHandOver, planAskAgain, planNextGroup } from './next-group.ts';

const MINUTE = 60_000;
const rule = { nextGroup: 'replace', nextGroupIdleMinutes: 10 } as const;
const ask = { ...rule, nextGroup: 'ask' } as const;
const session = { opened_at: 0, started_at: null, start_deadline_at: null };

describe('the next group', () => {
  it.each([
    ['takes a court on which nothing was recorded for the club’s time', session, rule, 10, 'taken'],
    ['asks before that', session, rule, 9.9, 'asked'],
    ['asks first where the club says so, however long', session, ask, 600, 'asked'],
    ['asks while a match is recorded, however long', { ...session, started_at: 1 }, rule, 600, 'asked'],
    ['asks while a start is on its way', { ...session, start_deadline_at: 12 * MINUTE }, rule, 11, 'asked'],
    ['takes a court whose start never came', { ...session, start_deadline_at: MINUTE }, rule, 11, 'taken'],
  ] as const)('%s', (_fact, facts, club, minutes, outcome) => {
    expect(planNextGroup(facts, club, { request: undefined, nowMs: minutes * MINUTE })).toBe(outcome);
  });

  it.each([
    ['when the minutes are over', session, rule, 10 * MINUTE],
    [
      'not before a start that is on its way has failed',
      { ...session, start_deadline_at: 12 * MINUTE },
      rule,
      12 * MINUTE,
    ],
    ['never where it has to ask first', session, ask, null],
    ['never while a match is recorded', { ...session, started_at: 1 }, rule, null],
  ] as const)('is given an idle court %s', (_fact, facts, club, at) => {
    expect(findHandOver(facts, club, undefined)).toBe(at);
  });

  it.each([
    ['when nobody has answered for the club’s time', 'open', session, 15 * MINUTE],
    ['never while a match is recorded', 'open', { ...session, started_at: 1 }, null],
    ['never where somebody said no', 'declined', session, null],
  ] as const)('that has to ask is given the court %s', (_fact, state, facts, at) => {
    expect(findHandOver(facts, ask, { state, created_at: 5 * MINUTE })).toBe(at);
  });

  it('may speak again when the owner can be told, or when the court is theirs', () => {
    expect([planAskAgain(5, null), planAskAgain(5, 9), planAskAgain(5, 3)]).toEqual([5, 5, 3]);
  });
});
