/** A session's row as the portal writes it at opening, for tests of what is decided from rows. */
import type { SessionRow } from '../../src/lib/server/sessions/session-view.ts';

export const OPENED_AT = 1_767_225_600_000;

export function sessionRow(changes: Partial<SessionRow> = {}): SessionRow {
  return {
    id: 'sess_alpha_one_1767225600',
    club_id: 'alpha',
    court_id: 'one',
    device_id: 'dev_aaaaaaaa',
    owner_id: 'user',
    opened_at: OPENED_AT,
    open_deadline_at: OPENED_AT + 20_000,
    start_requested_at: null,
    start_deadline_at: null,
    duration_seconds: null,
    stop_requested_at: null,
    stop_reason: null,
    close_requested_at: null,
    close_reason: null,
    state: 'created',
    reason: null,
    detail: null,
    started_at: null,
    ended_at: null,
    elapsed_ms: 0,
    elapsed_at: null,
    growing: 0,
    bytes: 0,
    uploaded_bytes: 0,
    ready_in_ms: null,
    gaps: '[]',
    movie_state: 'none',
    movie_bytes: null,
    movie_duration_ms: null,
    movie_frames: null,
    movie_codec: null,
    movie_width: null,
    movie_height: null,
    object_key: null,
    ready_at: null,
    deleted_at: null,
    deleted_by: null,
    erased_at: null,
    notice_version: null,
    notice_language: null,
    hidden_until: null,
    storage_trouble: null,
    picture: null,
    missing_at: null,
    ...changes,
  };
}

/** A recording that has run for ten seconds. */
export const RUNNING: Partial<SessionRow> = {
  state: 'recording',
  start_requested_at: OPENED_AT,
  start_deadline_at: OPENED_AT + 15_000,
  duration_seconds: 60,
  started_at: OPENED_AT,
  elapsed_ms: 10_000,
  elapsed_at: OPENED_AT + 10_000,
  growing: 1,
  bytes: 5_000_000,
  movie_state: 'recording',
};
