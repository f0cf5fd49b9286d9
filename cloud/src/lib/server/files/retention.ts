/**
 * The end of videos whose club keeps them for some days: said before, then deleted in store, library and device, with a
 * line in the audit log as receipt; clips that are kept get objects of their own first. Owns the notices, which stay until that line is written: by
 * them an end that was cut short is found again. When what is due is `retention-plan.ts`.
 */
import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { Files } from './files.ts';
import { isToBeDeleted, planEnd, planExpiry, planNotice } from './retention-plan.ts';
import type { Notice } from './retention-plan.ts';

export interface Retention {
  /** Says what is due and deletes what has expired; a video of which that fails now holds up no other. */
  run(): Promise<void>;
  /** Told of each notice before it is written down, so that none is lost: again where it is cut short or its listener fails. */
  onNotice(listener: (ending: Ending) => Promise<void>): void;
}

export interface RetentionOptions {
  db: Db;
  clock: Pick<Clock, 'nowMs'>;
  log: Logger;
  audit: Audit;
  files: Pick<Files, 'expire'>;
  /** Clips that are kept can do without that match when it resolves; answers how many there are. */
  keepClips: (sessionId: string) => Promise<number>;
}

/** What is said of a video; all instants are Unix milliseconds. */
export interface Ending {
  sessionId: string;
  daysBefore: number;
  expiresAt: number;
  /** When it is deleted. */
  endsAt: number;
}

interface Expiring {
  sessionId: string;
  clubId: string;
  expiresAt: number;
}

export function createRetention(options: RetentionOptions): Retention {
  const { db, clock, log, audit, files, keepClips } = options;
  const listeners = new Set<(ending: Ending) => Promise<void>>();
  const say = async ({ sessionId, expiresAt }: Expiring, daysBefore: number): Promise<void> => {
    const nowMs = clock.nowMs();
    const endsAt = planEnd(expiresAt, nowMs);
    for (const listener of listeners) await listener({ sessionId, daysBefore, expiresAt, endsAt });
    const values = { session_id: sessionId, days_before: daysBefore };
    await db
      .insertInto('retention_notice')
      .values({ ...values, expires_at: expiresAt, made_at: nowMs })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  };
  const tryToSay = (video: Expiring, daysBefore: number): Promise<void> =>
    say(video, daysBefore).catch((error: unknown) => {
      log.error({ err: error, sessionId: video.sessionId }, 'the end of a video could not be announced');
    });
  const end = async ({ sessionId, clubId, expiresAt }: Expiring): Promise<void> => {
    const keptClips = await keepClips(sessionId);
    const { bytes, storeErased } = await files.expire(sessionId);
    const receipt = { clubId, expiresAt, bytes, storeErased, keptClips };
    await audit.record(undefined, 'video.expire', sessionId, receipt);
    await db.deleteFrom('retention_notice').where('session_id', '=', sessionId).execute();
    log.info({ sessionId }, 'a video has expired and was deleted');
  };
  const tryToEnd = (video: Expiring): Promise<void> =>
    end(video).catch((error: unknown) => {
      log.error({ err: error, sessionId: video.sessionId }, 'an expired video could not be deleted');
    });
  return {
    onNotice: (listener) => void listeners.add(listener),
    async run() {
      await forgetDeleted(db);
      for (const video of await listEnding(db)) await tryToEnd(video);
      for (const video of await listExpiring(db)) {
        const made = await listNotices(db, video);
        const due = planNotice(video.expiresAt, made, clock.nowMs());
        if (isToBeDeleted(video.expiresAt, made, clock.nowMs())) await tryToEnd(video);
        else if (due !== undefined) await tryToSay(video, due);
      }
    },
  };
}

/** Videos of clubs that keep them for some days. */
async function listExpiring(db: Db): Promise<Expiring[]> {
  const rows = await db
    .selectFrom('match_session')
    .innerJoin('club', 'club.id', 'match_session.club_id')
    .select([
      'match_session.id',
      'club_id',
      'started_at',
      'start_requested_at',
      'opened_at',
      'retention_days',
    ])
    .where('movie_state', '=', 'ready')
    .where('retention_days', 'is not', null)
    .execute();
  return rows.flatMap((row) => {
    const recordedAt = row.started_at ?? row.start_requested_at ?? row.opened_at;
    const expiresAt = planExpiry(recordedAt, row.retention_days);
    return expiresAt === undefined ? [] : { sessionId: row.id, clubId: row.club_id, expiresAt };
  });
}

/** Expired videos that are gone from the library and have no receipt yet: the store may have failed in between. */
async function listEnding(db: Db): Promise<Expiring[]> {
  const rows = await db
    .selectFrom('retention_notice')
    .innerJoin('match_session', 'match_session.id', 'retention_notice.session_id')
    .select(['match_session.id', 'club_id', (eb) => eb.fn.max('retention_notice.expires_at').as('expiresAt')])
    .where('movie_state', '=', 'deleted')
    .where('deleted_by', 'is', null)
    .groupBy(['match_session.id', 'club_id'])
    .execute();
  return rows.map(({ id, club_id: clubId, expiresAt }) => ({ sessionId: id, clubId, expiresAt }));
}

/** What was said of videos that somebody deleted before their end. */
async function forgetDeleted(db: Db): Promise<void> {
  await db
    .deleteFrom('retention_notice')
    .where('session_id', 'in', (eb) =>
      eb
        .selectFrom('match_session')
        .select('id')
        .where('movie_state', '=', 'deleted')
        .where('deleted_by', 'is not', null),
    )
    .execute();
}

/** Those of an earlier end say nothing of this one. */
async function listNotices(db: Db, { sessionId, expiresAt }: Expiring): Promise<Notice[]> {
  return db
    .selectFrom('retention_notice')
    .select(['days_before as daysBefore', 'made_at as madeAt'])
    .where('session_id', '=', sessionId)
    .where('expires_at', '=', expiresAt)
    .execute();
}
