import { describe, expect, it } from 'vitest';
import { OPENED_AT, RUNNING, sessionRow } from '../../../../test/support/session-row.ts';
import { formatRecordStatus, shownState } from './session-view.ts';

const running = sessionRow(RUNNING);
const LENGTHS = { usualMinutes: 90, longestMinutes: 240 };
const at = (seconds: number, deviceOnline = true) => ({ nowMs: OPENED_AT + seconds * 1000, deviceOnline });

describe('the status of a recording', () => {
  it('goes on between reports', () => {
    expect(formatRecordStatus(running, LENGTHS, at(25))).toMatchObject({
      elapsedSeconds: 25,
      growing: true,
      active: true,
    });
  });
  it('stands still while the device is out of touch', () => {
    expect(formatRecordStatus(running, LENGTHS, at(25, false))).toMatchObject({
      elapsedSeconds: 10,
      growing: false,
    });
  });
  it('never passes its duration', () => {
    expect(formatRecordStatus(running, LENGTHS, at(900))).toMatchObject({
      elapsedSeconds: 60,
      progressPercent: 100,
    });
  });
  it('tells what is wrong with the picture while it goes on and its device is there', () => {
    const black = sessionRow({ ...RUNNING, picture: 'black' });
    expect(formatRecordStatus(black, LENGTHS, at(5)).picture).toBe('black');
    expect(formatRecordStatus(black, LENGTHS, at(5, false)).picture).toBeNull();
    expect(formatRecordStatus({ ...black, state: 'complete' }, LENGTHS, at(5)).picture).toBeNull();
    expect(formatRecordStatus({ ...black, picture: 'upside down' }, LENGTHS, at(5)).picture).toBeNull();
  });
  it('without a recording is all zero', () => {
    expect(formatRecordStatus(sessionRow(), LENGTHS, at(5))).toMatchObject({
      active: false,
      elapsedSeconds: 0,
      progressPercent: 0,
      etaSeconds: null,
    });
  });
  it('is to be watched at the club while it is only there', () => {
    const seen = { ...at(25), isAtClub: true };
    const watchAtClub = (over: object, how = seen): boolean =>
      formatRecordStatus(sessionRow({ ...RUNNING, ...over }), LENGTHS, how).watchAtClub;
    expect(watchAtClub({ movie_state: 'recording' })).toBe(true);
    expect(watchAtClub({ movie_state: 'uploading' })).toBe(true);
    expect(watchAtClub({ movie_state: 'ready' })).toBe(false);
    expect(watchAtClub({ movie_state: 'recording', started_at: null })).toBe(false);
    expect(watchAtClub({ movie_state: 'uploading' }, { ...seen, isAtClub: false })).toBe(false);
  });
  it('tells when the movie will be ready by the rate so far', () => {
    const row = sessionRow({
      ...RUNNING,
      state: 'complete',
      movie_state: 'uploading',
      bytes: 6_000,
      uploaded_bytes: 5_000,
    });
    expect(formatRecordStatus(row, LENGTHS, at(50)).etaSeconds).toBe(10);
    expect(formatRecordStatus(row, LENGTHS, at(50, false)).etaSeconds).toBeNull();
    expect(formatRecordStatus({ ...row, uploaded_bytes: 0 }, LENGTHS, at(50)).etaSeconds).toBeNull();
    expect(formatRecordStatus({ ...row, movie_state: 'ready' }, LENGTHS, at(50)).etaSeconds).toBe(0);
  });
  it('tells when the movie will be ready as its device says, and goes on between its reports', () => {
    const row = sessionRow({
      ...{ ...RUNNING, state: 'complete', movie_state: 'uploading' },
      ...{ bytes: 6_000, uploaded_bytes: 5_000, elapsed_at: OPENED_AT + 50_000, ready_in_ms: 8_000 },
    });
    expect(formatRecordStatus(row, LENGTHS, at(50)).etaSeconds).toBe(8);
    expect(formatRecordStatus(row, LENGTHS, at(53)).etaSeconds).toBe(5);
    expect(formatRecordStatus(row, LENGTHS, at(70)).etaSeconds).toBe(0);
    expect(formatRecordStatus(row, LENGTHS, at(53, false)).etaSeconds).toBeNull();
  });
});

it.each([
  ['created', {}, 'created'],
  ['created, with a start on its way', { start_deadline_at: OPENED_AT + 1 }, 'starting'],
  ['created, with a start that came to nothing', { start_deadline_at: OPENED_AT }, 'created'],
  ['recording, with a stop on its way', { ...RUNNING, stop_requested_at: OPENED_AT }, 'stopping'],
  ['created, being closed', { close_requested_at: OPENED_AT }, 'stopping'],
  ['over', { state: 'complete', stop_requested_at: OPENED_AT }, 'complete'],
] as const)('a session that is %s shows so', (_fact, changes, shown) => {
  expect(shownState(sessionRow(changes), OPENED_AT)).toBe(shown);
});
