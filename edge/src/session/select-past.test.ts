import type { ReportedSession } from '@padelvar/shared/link';
import { expect, test } from 'vitest';
import { MAX_SESSIONS_BYTES, measureBytes, selectPast } from './select-past.ts';
import type { PastSession } from './select-past.ts';

const UPLOAD = { waiting: { sentBytes: 0, confirmed: false }, stored: { sentBytes: 9, confirmed: true } };
const MOVIE = { bytes: 9, durationMs: 1, frames: 1, codec: 'avc1', width: 2, height: 2 };

function past(second: number, upload: keyof typeof UPLOAD, gaps = 0): PastSession {
  const recording = {
    ...{ elapsedMs: 1, durationSeconds: 1, bytes: 9, growing: false, movie: MOVIE, upload: UPLOAD[upload] },
    gaps: Array.from({ length: gaps }, (_, at) => ({ fromMs: at, toMs: at + 1, reason: 'camera_lost' })),
  };
  const sessionId = `sess_club_c1_${String(1_700_000_000 + second)}`;
  return { report: { sessionId, courtId: 'c1', state: 'complete', recording }, endedAtMs: second };
}
const many = (count: number, upload: keyof typeof UPLOAD, gaps = 0): PastSession[] =>
  Array.from({ length: count }, (_, second) => past(second, upload, gaps));
const secondsOf = (reports: readonly ReportedSession[]): number[] =>
  reports.map(({ sessionId }) => Number(sessionId.split('_').at(-1)) - 1_700_000_000);
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

test('what goes up next comes before the newest, and no report has more than a hundred', () => {
  const told = secondsOf(selectPast(many(150, 'waiting'), 0));
  expect(told.slice(0, 40)).toEqual(range(0, 40));
  expect(told).toHaveLength(100);
  expect(told).toEqual(expect.arrayContaining(range(110, 150)));
});

test('what is neither is told of by turns', () => {
  const told = range(0, 61).flatMap((turn) => secondsOf(selectPast(many(1_300, 'waiting'), turn)));
  expect(new Set(told).size).toBe(1_300);
});

test('a movie that is stored does not go up next', () => {
  const told = secondsOf(selectPast([...many(100, 'stored'), past(200, 'waiting')], 0));
  expect(told[0]).toBe(200);
});

test('fewer than fit are told of all, each once', () => {
  expect(secondsOf(selectPast(many(70, 'waiting'), 5)).toSorted((a, b) => a - b)).toEqual(range(0, 70));
  expect(selectPast([], 3)).toEqual([]);
});

test('however much there is to say of each, a packet holds it', () => {
  const takenBytes = 100_000;
  const told = selectPast(many(150, 'waiting', 900), 0, takenBytes);
  expect(secondsOf(told)).toEqual([0, 1]);
  expect(measureBytes(told) + takenBytes).toBeLessThan(MAX_SESSIONS_BYTES);
});
