import type { ReportedSession } from '@padelvar/shared/link';
import { describe, expect, it } from 'vitest';
import { OPENED_AT, RUNNING, sessionRow } from '../../../../test/support/session-row.ts';
import { planReport } from './apply-report.ts';

const NOW = OPENED_AT + 20_000;
const ids = { sessionId: 'sess_alpha_one_1767225600', courtId: 'one' };
const movie = { bytes: 6_000_000, durationMs: 20_000, frames: 500, codec: 'avc1', width: 1920, height: 1080 };

function recorded(
  state: ReportedSession['state'],
  changes: Partial<NonNullable<ReportedSession['recording']>> = {},
): ReportedSession {
  const recording = {
    elapsedMs: 20_000,
    durationSeconds: 60,
    bytes: 5_900_000,
    growing: true,
    gaps: [],
    upload: { sentBytes: 5_000_000, confirmed: false },
  };
  return { ...ids, state, recording: { ...recording, ...changes } };
}

describe('a report', () => {
  it('of a recording sets when it began, by portal time, once', () => {
    expect(planReport(sessionRow(), recorded('recording'), NOW)).toMatchObject({
      state: 'recording',
      started_at: OPENED_AT,
      elapsed_ms: 20_000,
      elapsed_at: NOW,
      growing: 1,
      movie_state: 'recording',
      ended_at: null,
    });
    expect(planReport(sessionRow(RUNNING), recorded('recording'), NOW + 7)?.started_at).toBe(OPENED_AT);
  });

  it('says what the picture looks like, and takes it back', () => {
    const black = { ...recorded('recording'), picture: 'black' as const };
    expect(planReport(sessionRow(RUNNING), black, NOW)?.picture).toBe('black');
    const again = sessionRow({ ...RUNNING, picture: 'black' });
    expect(planReport(again, recorded('recording'), NOW)?.picture).toBeNull();
  });

  it('that has not heard of an extension takes it back only at the end', () => {
    const extended = sessionRow({ ...RUNNING, duration_seconds: 960 });
    expect(planReport(extended, recorded('recording'), NOW)?.duration_seconds).toBe(960);
    const longer = recorded('recording', { durationSeconds: 1200 });
    expect(planReport(extended, longer, NOW)?.duration_seconds).toBe(1200);
    expect(planReport(extended, recorded('complete', { movie }), NOW)?.duration_seconds).toBe(60);
  });

  it('of a recording that is older than its session counts from the opening', () => {
    const reported = recorded('recording', { elapsedMs: Number.MAX_SAFE_INTEGER });
    expect(planReport(sessionRow(), reported, NOW)?.started_at).toBe(OPENED_AT);
  });

  it('of an end keeps when it was first heard', () => {
    const row = sessionRow({ ...RUNNING, state: 'complete', ended_at: NOW - 5 });
    expect(planReport(row, recorded('complete', { movie }), NOW)).toMatchObject({
      ended_at: NOW - 5,
      bytes: 6_000_000,
    });
  });

  it.each([
    ['its movie on the way', recorded('complete', { movie }), 'uploading'],
    ['its movie being made', recorded('complete'), 'uploading'],
    ['what could be saved on the way', recorded('failed', { movie }), 'uploading'],
    ['nothing that could be saved', recorded('failed'), 'failed'],
    ['not a byte on disk', recorded('complete', { bytes: 0 }), 'failed'],
    ['no recording at all', { ...ids, state: 'complete' } satisfies ReportedSession, 'failed'],
  ] as const)('of an end with %s', (_fact, reported, movieState) => {
    expect(planReport(sessionRow(RUNNING), reported, NOW)?.movie_state).toBe(movieState);
  });

  it.each(['ready', 'deleted'] as const)('never takes back that a movie is %s', (movie_state) => {
    const row = sessionRow({ ...RUNNING, state: 'complete', movie_state });
    expect(planReport(row, recorded('complete', { movie }), NOW)?.movie_state).toBe(movie_state);
  });

  it('that is older than a reported end is ignored', () => {
    const row = sessionRow({ ...RUNNING, state: 'complete', reason: 'player' });
    expect(planReport(row, recorded('recording'), NOW)).toBeUndefined();
  });

  it('brings a session back that the portal had given up unheard', () => {
    const row = sessionRow({ state: 'failed', reason: 'expired', ended_at: NOW - 1 });
    expect(planReport(row, { ...ids, state: 'created' }, NOW)).toMatchObject({
      state: 'created',
      ended_at: null,
    });
  });
});
