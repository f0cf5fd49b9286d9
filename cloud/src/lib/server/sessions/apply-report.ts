/** What a device's report changes of a session: pure. The device knows what is so; the portal what it asked for. */
import type { ReportedSession } from '@padelvar/shared/link';
import { isEnded, SessionState, type MovieState } from '@padelvar/shared/session';
import type { Updateable } from 'kysely';
import type { MatchSessionTable } from '../db/tables.ts';
import type { SessionRow } from './session-view.ts';

/** The row's new values, or undefined where the report is older than what the row already says. */
export function planReport(
  row: SessionRow,
  reported: ReportedSession,
  nowMs: number,
): Updateable<MatchSessionTable> | undefined {
  const known = SessionState.parse(row.state);
  // Only what the portal gave up by itself may come back; an end that was reported is final.
  if (isEnded(known) && !isEnded(reported.state) && !wasGivenUp(row)) return undefined;
  const { recording } = reported;
  return {
    state: reported.state,
    reason: recording?.reason ?? reported.reason ?? null,
    detail: reported.detail ?? null,
    picture: reported.picture ?? null,
    ended_at: isEnded(reported.state) ? (row.ended_at ?? nowMs) : null,
    movie_state: nextMovieState(row.movie_state, reported),
    ...(recording === undefined ? {} : recordingValues(row, reported, recording, nowMs)),
  };
}

/** A session that no device ever spoke of, ended by the portal when its opening deadline had long passed. */
function wasGivenUp(row: SessionRow): boolean {
  return row.state === 'failed' && row.reason === 'expired';
}

/** A running recording may have been asked for more than its device knows of yet. */
function nextDuration(row: SessionRow, { state }: ReportedSession, reportedSeconds: number): number {
  return isEnded(state) ? reportedSeconds : Math.max(row.duration_seconds ?? 0, reportedSeconds);
}

function recordingValues(
  row: SessionRow,
  reported: ReportedSession,
  recording: NonNullable<ReportedSession['recording']>,
  nowMs: number,
): Updateable<MatchSessionTable> {
  return {
    // Never before the session: a device says any number, and not every number is an instant.
    started_at: row.started_at ?? Math.max(row.opened_at, nowMs - recording.elapsedMs),
    duration_seconds: nextDuration(row, reported, recording.durationSeconds),
    elapsed_ms: recording.elapsedMs,
    elapsed_at: nowMs,
    growing: recording.growing ? 1 : 0,
    bytes: recording.movie?.bytes ?? recording.bytes,
    uploaded_bytes: recording.upload.sentBytes,
    ready_in_ms: recording.upload.readyInMs ?? null,
    gaps: JSON.stringify(recording.gaps),
  };
}

/** `ready` and `deleted` are the library's to say; a report never takes them back. */
function nextMovieState(known: MovieState, reported: ReportedSession): MovieState {
  if (known === 'ready' || known === 'deleted') return known;
  const { recording, state } = reported;
  if (recording === undefined) return isEnded(state) && known === 'recording' ? 'failed' : known;
  if (!isEnded(state)) return 'recording';
  if (recording.movie !== undefined) return 'uploading';
  return state === 'complete' && recording.bytes > 0 ? 'uploading' : 'failed';
}
