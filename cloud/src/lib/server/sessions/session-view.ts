/** How a session's row reads to people: pure, so that API, pages and events say the same. */
import type { RecordStatus, Session } from '@padelvar/shared/portal-api';
import { Gap } from '@padelvar/shared/link';
import { EndReason, isEnded, PictureTrouble, SessionState } from '@padelvar/shared/session';
import { StorageTrouble } from '@padelvar/shared/storage-trouble';
import type { Selectable } from 'kysely';
import type { MatchSessionTable } from '../db/tables.ts';

export type SessionRow = Selectable<MatchSessionTable>;

export interface SessionNames {
  courtName: string;
  ownerName: string;
  /** Of its club. */
  timeZone: string;
}

/** Minutes that its club records, usually and at most. */
export interface SessionLengths {
  usualMinutes: number;
  longestMinutes: number;
}

/** When it is looked at, and what of its device is so then. */
export interface Seen {
  nowMs: number;
  deviceOnline: boolean;
  /** Its page answers on the club's network. */
  isAtClub?: boolean;
}

const Gaps = Gap.array();

/**
 * The state to show: what the device reported, or, where it has been asked for more and may still do it, the state
 * on the way there.
 */
export function shownState(row: SessionRow, nowMs: number): SessionState {
  const state = SessionState.parse(row.state);
  if (isEnded(state)) return state;
  if (row.stop_requested_at !== null || row.close_requested_at !== null) return 'stopping';
  const mayStart = row.start_deadline_at !== null && nowMs < row.start_deadline_at;
  return state === 'created' && mayStart ? 'starting' : state;
}

/** Asked to end: it keeps nobody from the court for long. */
export function isEnding(row: SessionRow): boolean {
  return row.close_requested_at !== null || row.stop_requested_at !== null || row.state === 'stopping';
}

export function formatSession(row: SessionRow, names: SessionNames, { nowMs, deviceOnline }: Seen): Session {
  return {
    sessionId: row.id,
    clubId: row.club_id,
    timeZone: names.timeZone,
    courtId: row.court_id,
    courtName: names.courtName,
    ownerId: row.owner_id,
    ownerName: names.ownerName,
    state: shownState(row, nowMs),
    reason: reasonOf(row.reason),
    detail: row.detail,
    openedAt: formatInstant(row.opened_at),
    startedAt: row.started_at === null ? null : formatInstant(row.started_at),
    endedAt: row.ended_at === null ? null : formatInstant(row.ended_at),
    durationSeconds: row.duration_seconds,
    movie: row.movie_state,
    deviceOnline,
    picture: pictureOf(row, deviceOnline),
  };
}

export function formatRecordStatus(
  row: SessionRow,
  { usualMinutes, longestMinutes }: SessionLengths,
  { nowMs, deviceOnline, isAtClub = false }: Seen,
): RecordStatus {
  const durationMs = (row.duration_seconds ?? 0) * 1000;
  const elapsedMs = Math.min(elapsedNow(row, nowMs, deviceOnline), durationMs);
  return {
    sessionId: row.id,
    active: row.state === 'recording' || row.state === 'starting',
    state: shownState(row, nowMs),
    reason: reasonOf(row.reason),
    detail: row.detail,
    elapsedSeconds: elapsedMs / 1000,
    durationSeconds: durationMs / 1000,
    usualSeconds: usualMinutes * 60,
    longestSeconds: longestMinutes * 60,
    progressPercent: durationMs === 0 ? 0 : Math.min(100, (elapsedMs / durationMs) * 100),
    growing: row.growing === 1 && deviceOnline,
    bytes: row.bytes,
    uploadedBytes: row.uploaded_bytes,
    movie: row.movie_state,
    gaps: Gaps.parse(JSON.parse(row.gaps)),
    etaSeconds: planEta(row, nowMs, deviceOnline),
    storage: row.movie_state === 'ready' ? null : troubleOf(row.storage_trouble),
    deviceOnline,
    watchAtClub: isAtClub && hasMovieAtClub(row),
    picture: pictureOf(row, deviceOnline),
  };
}

/** It is only there, in whole or up to now. */
function hasMovieAtClub({ started_at: startedAt, movie_state: movie }: SessionRow): boolean {
  return startedAt !== null && (movie === 'recording' || movie === 'uploading');
}

/** Between reports a running recording's time goes on; that of a device out of touch stands still. */
function elapsedNow(row: SessionRow, nowMs: number, deviceOnline: boolean): number {
  if (row.state !== 'recording' || !deviceOnline || row.elapsed_at === null) return row.elapsed_ms;
  return row.elapsed_ms + Math.max(0, nowMs - row.elapsed_at);
}

/**
 * Seconds until the movie is ready, as its device has told, else by the mean rate of the upload so far; null where that
 * cannot be told.
 */
function planEta(row: SessionRow, nowMs: number, deviceOnline: boolean): number | null {
  if (row.movie_state === 'ready') return 0;
  if (row.movie_state !== 'uploading' || !deviceOnline || row.started_at === null) return null;
  if (row.ready_in_ms !== null && row.elapsed_at !== null)
    return Math.max(0, row.elapsed_at + row.ready_in_ms - nowMs) / 1000;
  const passedSeconds = (nowMs - row.started_at) / 1000;
  if (row.uploaded_bytes <= 0 || passedSeconds <= 0) return null;
  return Math.max(0, row.bytes - row.uploaded_bytes) / (row.uploaded_bytes / passedSeconds);
}

/** Null too where it is one that only a newer device knows. */
export function reasonOf(text: string | null): EndReason | null {
  return text === null ? null : EndReason.nullable().catch(null).parse(text);
}

/** Only of now: nobody knows what the camera of a device out of touch shows. */
function pictureOf({ picture, state }: SessionRow, deviceOnline: boolean): PictureTrouble | null {
  if (!deviceOnline || isEnded(SessionState.parse(state))) return null;
  return PictureTrouble.nullable().catch(null).parse(picture);
}

function troubleOf(text: string | null): StorageTrouble | null {
  return StorageTrouble.nullable().catch(null).parse(text);
}

function formatInstant(ms: number): string {
  return new Date(ms).toISOString();
}
