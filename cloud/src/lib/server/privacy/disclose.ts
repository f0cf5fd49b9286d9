/** What the authorities are given of a match: its facts, its file and who did what to it, with a line in the log. */
import type { Disclosure, DisclosureRequest } from '@padelvar/shared/privacy-api';
import { EndReason } from '@padelvar/shared/session';
import type { z } from 'zod';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Files } from '../files/files.ts';
import { findVideoRow } from '../files/video-rows.ts';
import { describeNotice } from './notice.ts';

export interface DiscloseOptions {
  db: Db;
  clock: Pick<Clock, 'nowMs'>;
  audit: Audit;
  files: Pick<Files, 'link'>;
  origin: string;
}

/** Throws as a download does where there is no file. A hidden video is given out too: nobody else decides on that. */
export async function disclose(
  caller: Caller,
  sessionId: string,
  { authority, reason }: z.output<typeof DisclosureRequest>,
  { db, clock, audit, files, origin }: DiscloseOptions,
): Promise<Disclosure> {
  const file = await files.link(sessionId, 'attachment');
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
    log: log.map((line) => ({ at: formatInstant(line.at), userId: line.user_id, action: line.action })),
  };
}

function formatInstant(ms: number): string {
  return new Date(ms).toISOString();
}
