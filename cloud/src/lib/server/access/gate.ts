/**
 * The one access gate: loads the object, asks `decide`, throws, and writes staff views of a player's video to the
 * audit log. Every route and page goes through it. May import `db`, `auth`, `audit`.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import { decide, isGuest, type AccessObject, type Action, type Decision, type Visitor } from './decide.ts';
import {
  findSession,
  findUser,
  type ClubRow,
  type CourtRow,
  type DeviceRow,
  type FoundSession,
  type SessionRow,
  type UserRow,
} from './objects.ts';
import { recordStaffView } from './staff-view.ts';

export interface SessionOptions {
  /** Why support looks at a court; they must say it. */
  reason?: string | undefined;
}

/**
 * Each method answers with the row, or throws `unauthenticated` before `not_found` (no such object, or of a club one
 * does not belong to) before `forbidden`.
 */
export interface Gate {
  requireCaller(caller: Caller | undefined): Caller;
  /** As `requireCaller`, for what nobody does in another's name: passwords, passkeys, addresses. */
  requireOneself(caller: Caller | undefined): Caller;
  requireGlobal(caller: Caller | undefined, action: Action): Caller;
  requireClub(caller: Caller | undefined, action: Action, clubId: string): Promise<ClubRow>;
  requireCourt(caller: Caller | undefined, action: Action, courtId: string): Promise<CourtRow>;
  requireDevice(caller: Caller | undefined, action: Action, deviceId: string): Promise<DeviceRow>;
  requireUser(caller: Caller | undefined, action: Action, userId: string): Promise<UserRow>;
  /** Guests too: what they recorded is theirs until it is claimed. */
  requireSession(
    visitor: Visitor,
    action: Action,
    sessionId: string,
    options?: SessionOptions,
  ): Promise<SessionRow>;
  /** What is asked at a court by its code. */
  requireCourtCode(visitor: Visitor, action: Action, court: { clubId: string; guestsWelcome: boolean }): void;
}

export interface GateOptions {
  db: Db;
  audit: Audit;
  clock: Pick<Clock, 'nowMs'>;
}

export function createGate({ db, audit, clock }: GateOptions): Gate {
  const requireCaller = (caller: Caller | undefined): Caller => {
    enforce(caller, caller === undefined ? 'unauthenticated' : 'allow', 'login');
    return caller as Caller;
  };
  const requireOneself = (found: Caller | undefined): Caller => {
    const caller = requireCaller(found);
    if (caller.impersonator === undefined) return caller;
    throw new AppError('forbidden', 'this is not to be done while you see the portal as somebody else');
  };
  /** Asks about an object of a club, where `row` is what was found. */
  const requireOfClub = <Row>(
    caller: Caller | undefined,
    action: Action,
    noun: string,
    row: Row | undefined,
    clubIdOf: (row: Row) => string,
  ): Row => {
    const object = row === undefined ? undefined : { kind: 'club' as const, clubId: clubIdOf(row) };
    enforce(caller, decideFound(caller, action, object), noun);
    return row as Row;
  };
  return {
    requireCaller,
    requireOneself,
    requireGlobal(caller, action) {
      enforce(caller, decide(caller, action, { kind: 'global' }), 'page');
      return requireCaller(caller);
    },
    async requireClub(caller, action, clubId) {
      requireCaller(caller);
      const row = await db.selectFrom('club').selectAll().where('id', '=', clubId).executeTakeFirst();
      return requireOfClub(caller, action, 'club', row, (club) => club.id);
    },
    async requireCourt(caller, action, courtId) {
      requireCaller(caller);
      const row = await db.selectFrom('court').selectAll().where('id', '=', courtId).executeTakeFirst();
      return requireOfClub(caller, action, 'court', row, (court) => court.club_id);
    },
    async requireDevice(caller, action, deviceId) {
      requireCaller(caller);
      const row = await db.selectFrom('device').selectAll().where('id', '=', deviceId).executeTakeFirst();
      return requireOfClub(caller, action, 'device', row, (device) => device.club_id);
    },
    async requireUser(caller, action, userId) {
      requireCaller(caller);
      const row = await findUser(db, userId);
      const object: AccessObject | undefined =
        row === undefined ? undefined : { kind: 'user', userId, clubIds: row.clubIds };
      enforce(caller, decideFound(caller, action, object), 'user');
      return row as UserRow;
    },
    async requireSession(visitor, action, sessionId, options = {}) {
      const viewer = isGuest(visitor) ? visitor : requireCaller(visitor);
      const row = await findSession(db, sessionId, clock.nowMs());
      enforce(viewer, decideFound(viewer, action, row?.object), 'session');
      const { session, object } = row as FoundSession;
      if (isGuest(viewer)) return session;
      await recordStaffView(audit, { viewer, action, sessionId, object, reason: options.reason });
      return session;
    },
    requireCourtCode(visitor, action, court) {
      enforce(visitor, decide(visitor, action, { kind: 'court-code', ...court }), 'court');
    },
  };
}

/** No such object reads the same as one that is hidden. */
function decideFound(visitor: Visitor, action: Action, object: AccessObject | undefined): Decision {
  if (visitor === undefined) return 'unauthenticated';
  if (object !== undefined) return decide(visitor, action, object);
  return isGuest(visitor) ? 'unauthenticated' : 'hidden';
}

function enforce(visitor: Visitor, decision: Decision, noun: string): void {
  switch (decision) {
    case 'allow':
      return;
    case 'unauthenticated':
      throw new AppError('unauthenticated', 'expected a login; found none, or one that has ended');
    case 'hidden':
      throw new AppError('not_found', `expected the id of a ${noun} that you can see; found no such ${noun}`);
    case 'withheld':
      throw new AppError(
        'forbidden',
        'this video is hidden until the club has decided on an objection to it',
      );
    case 'forbidden':
      throw new AppError('forbidden', `your role ${roleOf(visitor)} does not allow this on that ${noun}`);
  }
}

function roleOf(visitor: Visitor): string {
  return visitor === undefined || isGuest(visitor) ? '' : visitor.role;
}
