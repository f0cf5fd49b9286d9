/**
 * Clubs and their courts. Owns the tables `club` and `court`; cameras are sealed by `devices` before they are stored, and no
 * address is ever read back. Who may call is the gate's question. May import `db`, `audit`, `members`.
 */
import { AppError } from '@padelvar/shared/errors';
import { DEFAULT_DURATION_MINUTES, MAX_DURATION_MINUTES } from '@padelvar/shared/limits';
import type { ClubLogo } from '@padelvar/shared/logo';
import type { Club, ClubCreate, ClubUpdate } from '@padelvar/shared/portal-api';
import type { z } from 'zod';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import { ByName, parseKeys, planPage, type Page, type PageRequest } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';
import { transact } from '../db/transact.ts';
import { endAdministration } from '../members/end-administration.ts';
import { findLogos } from './club-logos.ts';
import { CLUB_RULES, planRules, readRules, type RuleColumns } from './club-rules.ts';

export interface Clubs {
  /** All for staff, one's own for everybody else; by name. */
  list(caller: Caller, page: PageRequest): Promise<Page<Club>>;
  create(caller: Caller, input: z.output<typeof ClubCreate>): Promise<Club>;
  update(caller: Caller, clubId: string, changes: z.output<typeof ClubUpdate>): Promise<Club>;
  /** Minutes to record: those asked for, within the club's longest, or else its usual. */
  planMinutes(clubId: string, asked: number | undefined): Promise<number>;
  /** Throws `conflict` while the club has mini-PCs, videos, kept clips or an open session, so that nothing is orphaned. */
  delete(caller: Caller, clubId: string): Promise<void>;
}

export interface ClubsOptions {
  db: Db;
  clock: Clock;
  audit: Audit;
  /** Days that a new club keeps its videos; null: until somebody deletes them. */
  defaultRetentionDays: () => Promise<number | null>;
}

export function createClubs({ db, clock, audit, defaultRetentionDays }: ClubsOptions): Clubs {
  const newClubColumns = async () => ({ retention_days: await defaultRetentionDays() });
  const get = async (clubId: string): Promise<Club> => {
    const row = await selectClubs(db).where('club.id', '=', clubId).executeTakeFirstOrThrow();
    return toClub(row, await findLogos(db, [clubId]));
  };
  return {
    async list(caller, { cursor, limit }) {
      const isStaff = caller.role === 'SUPER_ADMIN' || caller.role === 'SUPPORT';
      const after = parseKeys(cursor, ByName);
      const found = await selectClubs(db)
        .$if(!isStaff, (query) => query.where('club.id', 'in', caller.clubIds))
        .$if(after !== undefined, (query) =>
          query.where((eb) =>
            eb(eb.refTuple('club.name', 'club.id'), '>', eb.tuple(...(after as [string, string]))),
          ),
        )
        .orderBy('club.name')
        .orderBy('club.id')
        .limit(limit + 1)
        .execute();
      const { rows, nextCursor } = planPage(found, limit, (row) => [row.name, row.id]);
      const logos = await findLogos(
        db,
        rows.map(({ id }) => id),
      );
      return { items: rows.map((row) => toClub(row, logos)), nextCursor };
    },
    async create(caller, { clubId, name, timeZone }) {
      checkTimeZone(timeZone);
      await refuseTaken(db, clubId);
      await db
        .insertInto('club')
        .values({
          id: clubId,
          name,
          time_zone: timeZone,
          created_at: clock.nowMs(),
          ...(await newClubColumns()),
        })
        .execute();
      await audit.record(caller, 'club.create', clubId);
      return get(clubId);
    },
    async update(caller, clubId, { name, timeZone, ...rules }) {
      if (timeZone !== undefined) checkTimeZone(timeZone);
      const set = {
        ...(name === undefined ? {} : { name }),
        ...(timeZone === undefined ? {} : { time_zone: timeZone }),
        ...planRules(rules),
      };
      await refuseLengths(db, clubId, rules);
      if (Object.keys(set).length > 0) {
        await db.updateTable('club').set(set).where('id', '=', clubId).execute();
        await audit.record(caller, 'club.update', clubId, set);
      }
      return get(clubId);
    },
    async planMinutes(clubId, asked) {
      const club = await db
        .selectFrom('club')
        .select(['default_minutes', 'max_minutes'])
        .where('id', '=', clubId)
        .executeTakeFirst();
      const longest = club?.max_minutes ?? MAX_DURATION_MINUTES;
      const minutes = asked ?? club?.default_minutes ?? DEFAULT_DURATION_MINUTES;
      if (minutes <= longest) return minutes;
      throw new AppError('bad_request', `expected at most ${longest} minutes, the longest in this club`, {
        field: 'durationMinutes',
      });
    },
    async delete(caller, clubId) {
      await refuseInUse(db, clubId);
      await transact(db, async (trx) => {
        const members = trx.deleteFrom('club_member').where('club_id', '=', clubId).returning('user_id');
        const left = await members.execute();
        await trx.deleteFrom('match_session').where('club_id', '=', clubId).execute();
        await trx.deleteFrom('club').where('id', '=', clubId).execute();
        await endAdministration(
          trx,
          left.map((member) => member.user_id),
        );
      });
      await audit.record(caller, 'club.delete', clubId);
    },
  };
}

function selectClubs(db: Db) {
  return db
    .selectFrom('club')
    .select(['club.id', 'club.name', 'club.time_zone', ...CLUB_RULES])
    .select((eb) =>
      eb
        .selectFrom('court')
        .whereRef('court.club_id', '=', 'club.id')
        .select((court) => court.fn.countAll<number>().as('courts'))
        .as('courts'),
    );
}

type ClubColumns = RuleColumns & { id: string; name: string; time_zone: string; courts: number | null };

function toClub(row: ClubColumns, logos: ReadonlyMap<string, ClubLogo>): Club {
  const { id: clubId, name, time_zone: timeZone, courts } = row;
  const logo = logos.get(clubId) ?? null;
  return { clubId, name, timeZone, courts: courts ?? 0, logo, ...readRules(row) };
}

async function refuseTaken(db: Db, clubId: string): Promise<void> {
  const taken = await db.selectFrom('club').select('id').where('id', '=', clubId).executeTakeFirst();
  if (taken === undefined) return;
  throw new AppError('conflict', `expected an id without a club; ${clubId} is taken`, {
    field: 'clubId',
    fault: 'taken',
  });
}

async function refuseInUse(db: Db, clubId: string): Promise<void> {
  const device = await db.selectFrom('device').select('id').where('club_id', '=', clubId).executeTakeFirst();
  if (device !== undefined) {
    throw new AppError(
      'conflict',
      `expected a club without mini-PCs; found ${device.id}. Take it away first`,
      { fault: 'in_use' },
    );
  }
  const inUse = await db
    .selectFrom('match_session')
    .select(['id', 'state'])
    .where('club_id', '=', clubId)
    .where((eb) =>
      eb.or([
        eb('movie_state', 'in', ['recording', 'uploading', 'ready']),
        // Its deletion is not finished: the key would be lost with the row.
        eb('object_key', 'is not', null),
        eb('state', 'not in', ['complete', 'failed']),
        // What has outlived its match, or is still to be erased with it.
        eb.exists(
          eb
            .selectFrom('clip_copy')
            .select('clip_id')
            .whereRef('clip_copy.session_id', '=', 'match_session.id'),
        ),
        eb.exists(
          eb
            .selectFrom('further_movie')
            .select('number')
            .whereRef('further_movie.session_id', '=', 'match_session.id')
            .where('further_movie.state', 'in', ['open', 'complete']),
        ),
      ]),
    )
    .executeTakeFirst();
  if (inUse === undefined) return;
  throw new AppError(
    'conflict',
    `expected a club without videos, kept clips or open sessions; found ${inUse.id}. Delete its videos first`,
    { fault: 'in_use' },
  );
}

/** The usual length is within the longest, whichever of the two changes. */
async function refuseLengths(
  db: Db,
  clubId: string,
  { defaultMinutes, maxMinutes }: { defaultMinutes?: number | undefined; maxMinutes?: number | undefined },
): Promise<void> {
  if (defaultMinutes === undefined && maxMinutes === undefined) return;
  const now = await db
    .selectFrom('club')
    .select(['default_minutes', 'max_minutes'])
    .where('id', '=', clubId)
    .executeTakeFirstOrThrow();
  const longest = maxMinutes ?? now.max_minutes;
  if ((defaultMinutes ?? now.default_minutes) <= longest) return;
  throw new AppError('bad_request', `expected at most the club's longest recording, ${longest} minutes`, {
    field: 'defaultMinutes',
  });
}

function checkTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch (cause) {
    throw new AppError('bad_request', 'expected a time zone such as Europe/Paris', {
      field: 'timeZone',
      cause,
    });
  }
}
