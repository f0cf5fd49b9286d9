/**
 * The printed codes of courts. Owns the table `court_code`; a code names a court and grants nothing by itself. May
 * import `db`, `audit`, `clubs`.
 */
import { AppError } from '@padelvar/shared/errors';
import type { ClubLogo } from '@padelvar/shared/logo';
import type { CourtSign } from '@padelvar/shared/players-api';
import type { CourtRow } from '../access/objects.ts';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import { findLogo } from '../clubs/club-logos.ts';
import { readRules } from '../clubs/club-rules.ts';
import type { Db } from '../db/database.ts';
import { createCode } from './code-text.ts';

/** A court, with its club's rules, as its code leads to it. */
export interface CodedCourt extends ReturnType<typeof readRules> {
  court: CourtRow;
  clubName: string;
  logo: ClubLogo | null;
  timeZone: string;
}

export interface CourtCodes {
  /** Throws `not_found` for a code that is no court's (any more). */
  get(code: string): Promise<CodedCourt>;
  /** What the court's sign shows; its code is made where there is none yet. */
  sign(court: CourtRow): Promise<CourtSign>;
  /** A new code: signs with the former one lead nowhere from now on. */
  rotate(caller: Caller, court: CourtRow): Promise<CourtSign>;
}

export interface CourtCodesOptions {
  db: Db;
  clock: Clock;
  audit: Audit;
  origin: string;
}

const CODE_CHARACTERS = 16;

export function createCourtCodes({ db, clock, audit, origin }: CourtCodesOptions): CourtCodes {
  const describe = async (court: CourtRow): Promise<CourtSign> => {
    const row = await db
      .selectFrom('court_code')
      .innerJoin('court', 'court.id', 'court_code.court_id')
      .innerJoin('club', 'club.id', 'court.club_id')
      .select(['court_code.code', 'court.name as courtName', 'club.name as clubName'])
      .select('club.brand_color as brandColor')
      .where('court.id', '=', court.id)
      .executeTakeFirstOrThrow();
    const logo = await findLogo(db, court.club_id);
    return { courtId: court.id, ...row, logo, url: `${origin}/c/${row.code}` };
  };
  const insert = (court: CourtRow) =>
    db
      .insertInto('court_code')
      .values({ court_id: court.id, code: createCode(CODE_CHARACTERS), created_at: clock.nowMs() });
  return {
    async get(code) {
      const row = await findByCode(db, code);
      if (row === undefined)
        throw new AppError('not_found', 'expected the code of a court; found no such court');
      return row;
    },
    async sign(court) {
      await insert(court)
        .onConflict((conflict) => conflict.column('court_id').doNothing())
        .execute();
      return describe(court);
    },
    async rotate(caller, court) {
      const changed = { code: createCode(CODE_CHARACTERS), created_at: clock.nowMs() };
      await insert(court)
        .onConflict((conflict) => conflict.column('court_id').doUpdateSet(changed))
        .execute();
      await audit.record(caller, 'court.rotate-code', court.id);
      return describe(court);
    },
  };
}

async function findByCode(db: Db, code: string): Promise<CodedCourt | undefined> {
  const court = await db
    .selectFrom('court_code')
    .innerJoin('court', 'court.id', 'court_code.court_id')
    .selectAll('court')
    .where('court_code.code', '=', code)
    .executeTakeFirst();
  if (court === undefined) return undefined;
  const club = await db
    .selectFrom('club')
    .selectAll()
    .where('id', '=', court.club_id)
    .executeTakeFirstOrThrow();
  const logo = await findLogo(db, club.id);
  return { court, clubName: club.name, logo, timeZone: club.time_zone, ...readRules(club) };
}
