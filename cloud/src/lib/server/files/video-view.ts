/** How a video's row reads to people: pure. */
import type { FurtherVideo, SharedVideo } from '@padelvar/shared/library-api';
import { Gap } from '@padelvar/shared/link';
import type { DeletionReceipt, Video } from '@padelvar/shared/portal-api';
import { decide, type Decision } from '../access/decide.ts';
import type { Caller } from '../auth/caller.ts';
import { formatInstant } from '../clock.ts';
import { reasonOf } from '../sessions/session-view.ts';
import { formatFileName } from './file-name.ts';
import { planExpiry } from './retention-plan.ts';
import type { VideoRow } from './video-rows.ts';

const Gaps = Gap.array();

/** Unix milliseconds. */
export function recordedAt(row: VideoRow): number {
  return row.started_at ?? row.start_requested_at ?? row.opened_at;
}

/** What its movie is saved as. */
export function nameMovie(row: VideoRow): string {
  return formatFileName({ ...row, recordedAt: recordedAt(row) });
}

export function formatVideo(row: VideoRow, caller: Caller, further: FurtherVideo[] = []): Video {
  const object = {
    kind: 'session',
    clubId: row.club_id,
    ownerId: row.owner_id,
    participantIds: [],
    isHidden: row.hidden_until !== null,
  } as const;
  return {
    sessionId: row.id,
    clubId: row.club_id,
    ...namesOf(row),
    courtId: row.court_id,
    ownerId: row.owner_id,
    ownerName: row.ownerName,
    durationSeconds: (row.movie_duration_ms ?? row.elapsed_ms) / 1000,
    bytes: row.movie_bytes ?? row.bytes,
    width: row.movie_width ?? 0,
    height: row.movie_height ?? 0,
    codec: row.movie_codec,
    movie: row.movie_state,
    reason: reasonOf(row.reason),
    missingSince: formatMissing(row),
    gaps: Gaps.parse(JSON.parse(row.gaps)),
    further,
    stream: isStored(row) && row.hasIndex,
    // Support sees that there is a video, and no picture of it.
    thumbnail:
      row.hasThumbnail &&
      caller.role !== 'SUPPORT' &&
      isShown(row, decide(caller, 'video.thumbnail', object)),
    storyboard: row.movie_state === 'ready' && row.hasStoryboard,
    expiresAt: formatExpiry(row),
    hiddenUntil: formatInstant(row.hidden_until),
    canDelete: row.movie_state !== 'recording' && decide(caller, 'video.delete', object) === 'allow',
    canShare: isStored(row) && decide(caller, 'video.share', object) === 'allow',
  };
}

function isStored(row: VideoRow): boolean {
  return row.movie_state === 'ready' && row.missing_at === null;
}

function formatMissing({ movie_state: movie, missing_at: at }: VideoRow): string | null {
  return movie === 'ready' ? formatInstant(at) : null;
}

/** Where nobody objects, whoever is listed a video sees its picture. */
function isShown({ hidden_until: hiddenUntil }: VideoRow, decision: Decision): boolean {
  return hiddenUntil === null || decision === 'allow';
}

function formatExpiry(row: VideoRow): string | null {
  const expiresAt = planExpiry(recordedAt(row), row.retentionDays);
  return row.movie_state !== 'ready' || expiresAt === undefined ? null : new Date(expiresAt).toISOString();
}

/** What a link to a video says of it. */
export function formatShared(
  row: VideoRow,
): Omit<SharedVideo, 'download' | 'expiresAt' | 'clipName' | 'logo'> {
  return {
    ...namesOf(row),
    durationSeconds: (row.movie_duration_ms ?? 0) / 1000,
    bytes: row.movie_bytes ?? 0,
    width: row.movie_width ?? 0,
    height: row.movie_height ?? 0,
    codec: row.movie_codec,
    brandColor: row.brandColor,
    stream: row.hasIndex,
    storyboard: row.hasStoryboard,
    missing: row.missing_at !== null,
  };
}

export interface Erasure {
  /** Unix milliseconds. */
  deletedAt: number;
  deletedBy: string;
  storeErased: boolean;
  /** Of the movies beside the match. */
  furtherBytes: number;
}

export function formatReceipt(row: VideoRow, erasure: Erasure): DeletionReceipt {
  return {
    sessionId: row.id,
    ...namesOf(row),
    durationSeconds: (row.movie_duration_ms ?? row.elapsed_ms) / 1000,
    bytes: (row.movie_bytes ?? row.bytes) + erasure.furtherBytes,
    deletedAt: new Date(erasure.deletedAt).toISOString(),
    deletedBy: erasure.deletedBy,
    storeErased: erasure.storeErased,
    deviceErasedAt: formatInstant(row.erased_at),
  };
}

function namesOf(row: VideoRow) {
  const { clubName, courtName, timeZone } = row;
  return { clubName, courtName, timeZone, recordedAt: new Date(recordedAt(row)).toISOString() };
}
