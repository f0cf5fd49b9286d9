/** Whether a start, stop or close changes what is desired of a session: pure. Asking for what is so changes nothing. */
import { AppError, type Fault } from '@padelvar/shared/errors';
import { START_DEADLINE_MS } from '@padelvar/shared/limits';
import { isEnded, SessionState, type EndReason } from '@padelvar/shared/session';
import type { Updateable } from 'kysely';
import type { MatchSessionTable } from '../db/tables.ts';
import type { SessionRow } from './session-view.ts';

/** `unchanged` where it is so already; else the values that change. */
export type DesiredChange = 'unchanged' | Updateable<MatchSessionTable>;

/** Throws `conflict` where the session is over or records something else, `not_ready` where its camera is not open yet. */
export function planStart(row: SessionRow, durationSeconds: number, nowMs: number): DesiredChange {
  const state = SessionState.parse(row.state);
  if (isEnded(state) || state === 'stopping') throw conflict(row, 'this session is over');
  if (row.stop_requested_at !== null || row.close_requested_at !== null) {
    throw conflict(row, 'this session has been stopped');
  }
  const pending = row.start_deadline_at !== null && nowMs < row.start_deadline_at;
  if (pending || state === 'recording' || state === 'starting') {
    if (row.duration_seconds === durationSeconds) return 'unchanged';
    throw conflict(row, 'this session is recording already, with another duration', 'still_recording');
  }
  if (state !== 'created') {
    throw new AppError('not_ready', 'the camera of this session is not open yet', { details: { state } });
  }
  return {
    start_requested_at: nowMs,
    start_deadline_at: nowMs + START_DEADLINE_MS,
    duration_seconds: durationSeconds,
  };
}

/** Throws `conflict` where nothing is being recorded, or the recording is as long as one may be. */
export function planExtend(row: SessionRow, seconds: number, longestSeconds: number): DesiredChange {
  const isAsked = row.stop_requested_at === null && row.close_requested_at === null;
  if (row.state !== 'recording' || row.duration_seconds === null || !isAsked) {
    throw conflict(row, 'expected a recording that is going on');
  }
  if (row.duration_seconds >= longestSeconds) {
    throw conflict(
      row,
      `a recording lasts ${String(longestSeconds / 60)} minutes at most in this club`,
      'longest',
    );
  }
  return { duration_seconds: Math.min(longestSeconds, row.duration_seconds + seconds) };
}

/** A stop without a recording closes the session: no later start may begin one. */
export function planStop(row: SessionRow, reason: EndReason, nowMs: number): DesiredChange {
  if (isEnded(SessionState.parse(row.state)) || row.stop_requested_at !== null) return 'unchanged';
  const stop = { stop_requested_at: nowMs, stop_reason: reason };
  if (row.start_requested_at !== null || row.close_requested_at !== null) return stop;
  return { ...stop, close_requested_at: nowMs, close_reason: reason };
}

export function planClose(row: SessionRow, reason: EndReason, nowMs: number): DesiredChange {
  if (isEnded(SessionState.parse(row.state)) || row.close_requested_at !== null) return 'unchanged';
  const close = { close_requested_at: nowMs, close_reason: reason };
  const records = row.start_requested_at !== null && row.stop_requested_at === null;
  return records ? { ...close, stop_requested_at: nowMs, stop_reason: reason } : close;
}

function conflict(row: SessionRow, message: string, fault: Fault = 'match_over'): AppError {
  return new AppError('conflict', message, { fault, details: { sessionId: row.id, state: row.state } });
}
