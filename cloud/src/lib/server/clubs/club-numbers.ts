/** How much a club records and what it takes: counted from its sessions. */
import type { Statistics, StorageUse } from '@padelvar/shared/club-api';
import { addDays, findInstant, readWallTime } from '@padelvar/shared/zoned-time';
import type { ClubRow } from '../access/objects.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';

export interface ClubNumbers {
  storage(clubId: string): Promise<StorageUse>;
  /** The last days up to today, by the club's clock. */
  statistics(club: ClubRow, days: number): Promise<Statistics>;
}

/** A match of 90 minutes takes about 1 GB to 3 GB. */
const USUAL_BYTES = 2_000_000_000;
const RATE_DAYS = 28;
const DAY_MS = 24 * 60 * 60_000;

export function createClubNumbers({ db, clock }: { db: Db; clock: Clock }): ClubNumbers {
  return {
    async storage(clubId) {
      const held = await db
        .selectFrom('match_session')
        .select((eb) => [
          eb.fn.countAll<number>().as('videos'),
          eb.fn.coalesce(eb.fn.sum<number>('movie_bytes'), eb.lit(0)).as('bytes'),
        ])
        .where('club_id', '=', clubId)
        .where('movie_state', '=', 'ready')
        .executeTakeFirstOrThrow();
      const clips = await db
        .selectFrom('clip_copy')
        .innerJoin('match_session', 'match_session.id', 'clip_copy.session_id')
        .select((eb) => [
          eb.fn.countAll<number>().as('keptClips'),
          eb.fn.coalesce(eb.fn.sum<number>('clip_copy.bytes'), eb.lit(0)).as('keptBytes'),
        ])
        .where('club_id', '=', clubId)
        .where('clip_copy.state', '=', 'complete')
        .executeTakeFirstOrThrow();
      const { recent } = await db
        .selectFrom('match_session')
        .select((eb) => eb.fn.countAll<number>().as('recent'))
        .where('club_id', '=', clubId)
        .where('started_at', '>', clock.nowMs() - RATE_DAYS * DAY_MS)
        .executeTakeFirstOrThrow();
      const { keptClips, keptBytes } = clips;
      const { videos } = held;
      const bytes = held.bytes + (await sumBeside(db, clubId));
      return {
        ...{ videos, bytes: bytes + keptBytes, keptClips },
        bytesPerVideo: videos === 0 ? USUAL_BYTES : Math.round(bytes / videos),
        videosPerDay: recent / RATE_DAYS,
      };
    },
    async statistics({ id: clubId, time_zone: timeZone }, days) {
      const today = readWallTime(clock.nowMs(), timeZone).date;
      const first = addDays(today, 1 - days);
      const rows = await db
        .selectFrom('match_session')
        .select([
          'court_id',
          'opened_at',
          'started_at',
          'elapsed_ms',
          'movie_duration_ms',
          'state',
          'movie_state',
        ])
        .where('club_id', '=', clubId)
        .where('opened_at', '>=', findInstant({ date: first, hour: 0, minute: 0 }, timeZone))
        .execute();
      const dayOf = new Map(rows.map((row) => [row, readWallTime(row.opened_at, timeZone).date]));
      const byDay = Map.groupBy(rows, (row) => dayOf.get(row) ?? today);
      const courts = await db
        .selectFrom('court')
        .select(['id as courtId', 'name'])
        .where('club_id', '=', clubId)
        .orderBy('name')
        .execute();
      return {
        courts,
        days: Array.from({ length: days }, (_, index) => addDays(first, index)).map((day) => ({
          day,
          courts: countCourts(byDay.get(day) ?? []),
        })),
      };
    },
  };
}

/** Bytes that lie in the store beside the movies: further movies of a match, pictures and indexes. */
async function sumBeside(db: Db, clubId: string): Promise<number> {
  const further = await db
    .selectFrom('further_movie')
    .innerJoin('match_session', 'match_session.id', 'further_movie.session_id')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('further_movie.bytes'), eb.lit(0)).as('bytes'))
    .where('match_session.club_id', '=', clubId)
    .where('further_movie.state', '=', 'complete')
    .executeTakeFirstOrThrow();
  const sideFiles = await db
    .selectFrom('side_file')
    .innerJoin('match_session', 'match_session.id', 'side_file.session_id')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('side_file.bytes'), eb.lit(0)).as('bytes'))
    .where('match_session.club_id', '=', clubId)
    .executeTakeFirstOrThrow();
  return further.bytes + sideFiles.bytes;
}

interface CountedRow {
  court_id: string;
  started_at: number | null;
  elapsed_ms: number;
  movie_duration_ms: number | null;
  state: string;
  movie_state: string;
}

/** A failure is a session that failed, or a recording whose movie did. */
function countCourts(rows: readonly CountedRow[]): Statistics['days'][number]['courts'] {
  return [...Map.groupBy(rows, (row) => row.court_id)].map(([courtId, own]) => {
    const recorded = own.filter((row) => row.started_at !== null);
    const milliseconds = recorded.reduce((sum, row) => sum + (row.movie_duration_ms ?? row.elapsed_ms), 0);
    return {
      courtId,
      recordings: recorded.length,
      minutes: Math.round(milliseconds / 6000) / 10,
      failures: own.filter((row) => row.state === 'failed' || row.movie_state === 'failed').length,
    };
  });
}
