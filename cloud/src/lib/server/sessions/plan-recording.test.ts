import { describe, expect, it } from 'vitest';
import { OPENED_AT, RUNNING, sessionRow } from '../../../../test/support/session-row.ts';
import { planClose, planExtend, planStart, planStop } from './plan-recording.ts';

const NOW = OPENED_AT + 20_000;
const running = sessionRow(RUNNING);
const pending = sessionRow({
  start_requested_at: NOW,
  start_deadline_at: NOW + 15_000,
  duration_seconds: 60,
});

describe('a start', () => {
  it('of an open session gets a deadline', () => {
    expect(planStart(sessionRow(), 60, NOW)).toEqual({
      start_requested_at: NOW,
      start_deadline_at: NOW + 15_000,
      duration_seconds: 60,
    });
  });
  it('that repeats what runs, or is about to, changes nothing', () => {
    expect(planStart(running, 60, NOW)).toBe('unchanged');
    expect(planStart(pending, 60, NOW)).toBe('unchanged');
  });
  it('whose deadline passed may be asked for again', () => {
    expect(planStart(pending, 60, NOW + 15_000)).toMatchObject({ start_requested_at: NOW + 15_000 });
  });
  it.each([
    ['another duration', running, 'conflict'],
    ['a session that is over', sessionRow({ state: 'complete' }), 'conflict'],
    ['a session that was stopped first', sessionRow({ stop_requested_at: NOW }), 'conflict'],
    ['a session that is being closed', sessionRow({ close_requested_at: NOW }), 'conflict'],
    ['a camera that is not open yet', sessionRow({ state: 'creating' }), 'not_ready'],
  ] as const)('is refused on %s', (_fact, row, kind) => {
    expect(() => planStart(row, 90, NOW)).toThrow(expect.objectContaining({ kind }) as Error);
  });
});

describe('a stop', () => {
  it('of a recording keeps the first reason', () => {
    expect(planStop(running, 'player', NOW)).toEqual({ stop_requested_at: NOW, stop_reason: 'player' });
    expect(planStop({ ...running, stop_requested_at: NOW }, 'admin', NOW + 1)).toBe('unchanged');
  });
  it('that arrives before its start wins', () => {
    const change = planStop(sessionRow(), 'player', NOW);
    expect(change).toMatchObject({ close_requested_at: NOW });
    expect(() => planStart(sessionRow(change as object), 60, NOW)).toThrow(/has been stopped/);
  });
  it('of what is over changes nothing', () => {
    expect(planStop(sessionRow({ state: 'failed' }), 'player', NOW)).toBe('unchanged');
  });
});

describe('a close', () => {
  it('ends the recording too', () => {
    expect(planClose(running, 'closed', NOW)).toMatchObject({
      stop_requested_at: NOW,
      close_requested_at: NOW,
    });
  });
  it('keeps the reason of a stop before it', () => {
    const stopped = { ...running, stop_requested_at: NOW, stop_reason: 'player' };
    expect(planClose(stopped, 'closed', NOW + 1)).toEqual({
      close_requested_at: NOW + 1,
      close_reason: 'closed',
    });
  });
  it('of what is over changes nothing', () => {
    expect(planClose(sessionRow({ state: 'complete' }), 'closed', NOW)).toBe('unchanged');
  });
});

describe('an extension', () => {
  const LONGEST = 240 * 60;
  it('moves the end of a running recording on, up to the longest one', () => {
    expect(planExtend(running, 15 * 60, LONGEST)).toEqual({ duration_seconds: 60 + 15 * 60 });
    const long = sessionRow({ ...RUNNING, duration_seconds: 235 * 60 });
    expect(planExtend(long, 15 * 60, LONGEST)).toEqual({ duration_seconds: 240 * 60 });
    expect(planExtend(running, 15 * 60, 5 * 60)).toEqual({ duration_seconds: 5 * 60 });
  });
  it.each([
    ['a recording that lasts the longest already', sessionRow({ ...RUNNING, duration_seconds: 240 * 60 })],
    ['a recording that is being stopped', sessionRow({ ...RUNNING, stop_requested_at: NOW })],
    ['a session that is being closed', sessionRow({ ...RUNNING, close_requested_at: NOW })],
    ['a session that records nothing', sessionRow()],
    ['a session that is over', sessionRow({ ...RUNNING, state: 'complete' })],
  ])('is refused on %s', (_fact, row) => {
    expect(() => planExtend(row, 60, LONGEST)).toThrow(
      expect.objectContaining({ kind: 'conflict' }) as Error,
    );
  });
});
