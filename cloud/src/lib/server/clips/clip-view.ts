/** How a clip's row reads to people: pure. */
import type { Clip } from '@padelvar/shared/clip-api';
import type { SharedVideo } from '@padelvar/shared/library-api';
import { decide } from '../access/decide.ts';
import type { Caller } from '../auth/caller.ts';
import { formatFileName } from '../files/file-name.ts';
import { planExpiry } from '../files/retention-plan.ts';
import type { ClipRow } from './clip-rows.ts';

/** What lies beside the match shows more than the clip: neither playlist nor storyboard. */
export type SharedClip = Omit<SharedVideo, 'download' | 'expiresAt'>;

function beganAt(row: ClipRow): string {
  return new Date(row.movieBeganAt + row.from_ms).toISOString();
}

export function nameFile(row: ClipRow): string {
  return formatFileName({ ...row, recordedAt: row.movieBeganAt + row.from_ms, title: row.name });
}

export function formatClip(row: ClipRow, caller: Caller): Clip {
  const { clubId, ownerId, clubName, courtName, timeZone } = row;
  const expiresAt = planExpiry(row.movieBeganAt, row.retentionDays);
  const match = { kind: 'session', clubId, ownerId, participantIds: [] } as const;
  return {
    ...{ clipId: row.id, sessionId: row.session_id, name: row.name, fromMs: row.from_ms, toMs: row.to_ms },
    ...{ bytes: row.bytes, createdAt: new Date(row.created_at).toISOString() },
    ...{ clubName, courtName, timeZone, recordedAt: beganAt(row) },
    // Support sees that there is a clip, and no picture of it.
    thumbnail: row.hasThumbnail && caller.role !== 'SUPPORT',
    kept: row.kept === 1,
    matchGone: row.copy !== undefined,
    expiresAt: row.kept === 1 || expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
    canEdit: decide(caller, 'video.clip', match) === 'allow',
  };
}

/** What a link to a clip says of it. */
export function formatSharedClip(row: ClipRow, logo: SharedVideo['logo']): SharedClip {
  const { clubName, courtName, timeZone, brandColor, width, height, codec, bytes } = row;
  return {
    ...{ clipName: row.name, clubName, courtName, timeZone, brandColor, logo, recordedAt: beganAt(row) },
    ...{ durationSeconds: (row.to_ms - row.from_ms) / 1000, bytes, width, height, codec },
    ...{ stream: false, storyboard: false, missing: false },
  };
}
