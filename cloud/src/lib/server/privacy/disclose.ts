/** What the authorities are given of a match: its facts, its file and who did what to it, with a line in the log. */
import type { Disclosure, DisclosureRequest } from '@padelvar/shared/privacy-api';
import { EndReason } from '@padelvar/shared/session';
import type { z } from 'zod';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Files } from '../files/files.ts';
import type { FurtherVideos } from '../files/further-videos.ts';
import { findVideoRow } from '../files/video-rows.ts';
import { listFurtherRows, type FurtherRow } from '../uploads/further-rows.ts';
import { describeNotice } from './notice.ts';

export interface DiscloseOptions {
  db: Db;
  clock: Pick<Clock, 'nowMs'>;
  audit: Audit;
  files: Pick<Files, 'link'>;
  furtherVideos: Pick<FurtherVideos, 'link'>;
  origin: string;
}

/** Throws as a download does where there is no file. A hidden video is given out too: nobody else decides on that. */
export async function disclose(
  caller: Caller,
  sessionId: string,
  { authority, reason }: z.output<typeof DisclosureRequest>,
  options: DiscloseOptions,
): Promise<Disclosure> {
  const { db, clock, audit, files, origin } = options;
  const file = await files.link(sessionId, 'attachment');
  const furtherMovies = await listFurther(sessionId, options);
  const row = await findVideoRow(db, sessionId);
  if (row === undefined) throw new Error(`expected the session ${sessionId}`);
  await audit.record(caller, 'video.disclose', sessionId, { authority, reason });
  const log = await db
    .selectFrom('audit')
    .select(['at', 'user_id', 'action'])
    .where('object', '=', sessionId)
    .orderBy('at')
    .orderBy('id')
    .execute();
  return {
    madeAt: formatInstant(clock.nowMs()),
    madeBy: caller.name,
    ...{ authority, reason },
    match: {
      ...{ sessionId, clubId: row.club_id, clubName: row.clubName },
      ...{ courtId: row.court_id, courtName: row.courtName, timeZone: row.timeZone },
      openedAt: formatInstant(row.opened_at),
      startedAt: row.started_at === null ? null : formatInstant(row.started_at),
      endedAt: row.ended_at === null ? null : formatInstant(row.ended_at),
      reason: EndReason.nullable().catch(null).parse(row.reason),
      notice: describeNotice(row),
    },
    movie: {
      bytes: row.movie_bytes ?? 0,
      durationSeconds: (row.movie_duration_ms ?? 0) / 1000,
      frames: row.movie_frames,
    },
    fileUrl: new URL(file, origin).href,
    furtherMovies,
    log: log.map((line) => ({ at: formatInstant(line.at), userId: line.user_id, action: line.action })),
  };
}

async function listFurther(
  sessionId: string,
  { db, furtherVideos, origin }: DiscloseOptions,
): Promise<Disclosure['furtherMovies']> {
  const rows = await listFurtherRows(db, [sessionId]);
  const linkTo = async ({ number, state }: FurtherRow): Promise<string | null> =>
    state === 'complete'
      ? new URL(await furtherVideos.link({ sessionId, number }, 'attachment', 'GET'), origin).href
      : null;
  return Promise.all(
    rows
      .filter(({ state }) => state !== 'erased')
      .map(async (row) => ({
        ...{ number: row.number, fromSeconds: row.from_ms / 1000, durationSeconds: row.duration_ms / 1000 },
        ...{ bytes: row.bytes, frames: row.frames, fileUrl: await linkTo(row) },
      })),
  );
}

function formatInstant(ms: number): string {
  return new Date(ms).toISOString();
}
