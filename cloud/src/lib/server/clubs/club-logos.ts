/**
 * Clubs' logos. Owns the table `club_logo`: the bytes lie in the database, where they move and go with their club; whose
 * they are and who may change them is the gate's question. Whoever has an address is shown the logo. May import `db`, `audit`.
 */
import { createHash } from 'node:crypto';
import { AppError } from '@padelvar/shared/errors';
import type { ClubLogo } from '@padelvar/shared/logo';
import { checkLogo, LOGO_MAX_BYTES, LOGO_MAX_PIXELS } from '@padelvar/shared/logo-check';
import type { LogoFault, LogoType } from '@padelvar/shared/logo-check';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';

export interface ClubLogos {
  /** In the place of the one before. AppError `too_large` or `bad_request` where the bytes are no logo. */
  put(caller: Caller, clubId: string, content: Uint8Array): Promise<ClubLogo>;
  /** No logo to take away is no error. */
  remove(caller: Caller, clubId: string): Promise<void>;
  /** AppError `not_found` where no club has this logo (any more). */
  get(version: string): Promise<{ content: Uint8Array; contentType: LogoType }>;
}

export interface ClubLogosOptions {
  db: Db;
  clock: Pick<Clock, 'nowMs'>;
  audit: Audit;
}

export function createClubLogos({ db, clock, audit }: ClubLogosOptions): ClubLogos {
  return {
    async put(caller, clubId, content) {
      const { contentType, width, height } = requireLogo(content);
      const version = createHash('sha256').update(content).digest('hex').slice(0, 32);
      const row = {
        ...{ version, content_type: contentType, width, height },
        ...{ stored_at: clock.nowMs(), content: Buffer.from(content) },
      };
      await db
        .insertInto('club_logo')
        .values({ club_id: clubId, ...row })
        .onConflict((conflict) => conflict.column('club_id').doUpdateSet(row))
        .execute();
      await audit.record(caller, 'club.set-logo', clubId, { version, contentType, bytes: content.length });
      const logo = await findLogo(db, clubId);
      if (logo !== null) return logo;
      throw new AppError('conflict', 'expected the logo that was stored; somebody took it away meanwhile');
    },
    async remove(caller, clubId) {
      const removed = await db
        .deleteFrom('club_logo')
        .where('club_id', '=', clubId)
        .returning('version')
        .executeTakeFirst();
      if (removed !== undefined) await audit.record(caller, 'club.remove-logo', clubId, removed);
    },
    async get(version) {
      const found = await db
        .selectFrom('club_logo')
        .select(['content', 'content_type as contentType'])
        .where('version', '=', version)
        .limit(1)
        .executeTakeFirst();
      if (found !== undefined) return found;
      throw new AppError('not_found', 'expected the address of a club’s logo; found no such logo');
    },
  };
}

/** What pages are told of this club's logo. */
export async function findLogo(db: Db, clubId: string): Promise<ClubLogo | null> {
  return (await findLogos(db, [clubId])).get(clubId) ?? null;
}

/** The same of many, by club; a club without one is not there. */
export async function findLogos(db: Db, clubIds: readonly string[]): Promise<Map<string, ClubLogo>> {
  const rows = await db
    .selectFrom('club_logo')
    .innerJoin('club', 'club.id', 'club_logo.club_id')
    .select(['club.id', 'club.logo_ground as ground'])
    .select(['club_logo.version', 'club_logo.width', 'club_logo.height'])
    .where('club.id', 'in', clubIds)
    .execute();
  return new Map(rows.map(({ id, version, ...logo }) => [id, { url: `/api/logos/${version}`, ...logo }]));
}

const EXPECTED: Record<LogoFault, string> = {
  bytes: `expected a logo of at most ${LOGO_MAX_BYTES} bytes`,
  kind: 'expected a logo that is PNG, JPEG or WebP; found other bytes',
  pixels: `expected a logo of at most ${LOGO_MAX_PIXELS} pixels on either side`,
  moving: 'expected a logo that does not move; found an animation',
  cut: 'expected a whole picture; found one without its end',
};

function requireLogo(content: Uint8Array) {
  const check = checkLogo(content);
  if (check.fault === undefined) return check.header;
  throw refuseLogo(check.fault);
}

export function refuseLogo(fault: LogoFault): AppError {
  return new AppError(fault === 'bytes' ? 'too_large' : 'bad_request', EXPECTED[fault], { field: 'logo' });
}
