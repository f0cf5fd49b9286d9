/**
 * What people do at a court by its printed code: look, start, ask. Owns the limits per code and address and the rule for
 * the next group. May import `access`, `auth`, `db`, `clubs`, `sessions`, `people`.
 */
import { AppError } from '@padelvar/shared/errors';
import type { CourtCodeView, NextGroupAnswer } from '@padelvar/shared/players-api';
import type { Session } from '@padelvar/shared/portal-api';
import type { z } from 'zod';
import { idOf, isGuest, type Visitor } from '../access/decide.ts';
import type { Gate } from '../access/gate.ts';
import type { SessionRow } from '../access/objects.ts';
import { createAttemptLimit } from '../auth/attempt-limit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Guests } from '../auth/guests.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Devices } from '../devices/devices.ts';
import type { People } from '../people/people.ts';
import { findCourtRequest, findTellAgain } from '../people/requests.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { areGuestsWelcome } from './admission.ts';
import type { CodedCourt, CourtCodes } from './court-codes.ts';
import { findOpenSession, lookAtCourt } from './court-look.ts';
import { findHandOver, planAskAgain, planNextGroup } from './next-group.ts';
import { createVisitLimit } from './visit-limit.ts';

export interface CourtVisit {
  code: string;
  visitor: Visitor;
  /** Of the peer, for limits. */
  clientAddress: string;
}

export interface CourtVisits {
  /** Its court. Throws `not_found`, and `too_many_requests` after many wrong codes from one address. */
  find(visit: Pick<CourtVisit, 'code' | 'clientAddress'>): Promise<CodedCourt>;
  /** Throws `too_many_requests` after many wrong codes from one address. */
  look(visit: CourtVisit): Promise<CourtCodeView>;
  /**
   * Opens the court's camera as who one is; without an account as a guest, where `onGuest` is told the cookie before
   * the camera is asked, so that a slow camera's session is not lost to this browser.
   */
  open(
    visit: CourtVisit,
    request: { headers: Headers; idempotencyKey: string | undefined; onGuest: (cookie: string) => void },
  ): Promise<Session>;
  /** Asks the owner of the open session to be let in. `conflict` where none is open, `too_many_requests` after many. */
  ask(caller: Caller, visit: CourtVisit): Promise<void>;
  /** The next group has arrived: the club's rule decides. Throws `too_many_requests` after many. */
  nextGroup(visit: CourtVisit): Promise<z.infer<typeof NextGroupAnswer>>;
}

export interface CourtVisitsOptions {
  db: Db;
  clock: Clock;
  gate: Gate;
  guests: Guests;
  devices: Pick<Devices, 'isOnline'>;
  codes: CourtCodes;
  sessions: Sessions;
  people: People;
}

/** Most within the window. A club's people share one address, and a match needs one opening: these are far beyond both. */
const WINDOW_MS = 10 * 60_000;
const GUESTS_OPENINGS = { perCode: 10, perAddress: 40 };
/** Counted by themselves: no guest keeps a club's players from their court. */
const PLAYERS_OPENINGS = { perCode: 30, perAddress: 120 };
const REQUESTS = { perCode: 30, perAddress: 120 };
const WRONG_CODES_PER_ADDRESS = 30;

export function createCourtVisits(options: CourtVisitsOptions): CourtVisits {
  const { db, clock, gate, guests, devices, codes, sessions, people } = options;
  const window = { clock, windowMs: WINDOW_MS };
  const wrongCodes = createAttemptLimit({ ...window, maxFailures: WRONG_CODES_PER_ADDRESS });
  const countGuestsOpening = createVisitLimit({ ...window, ...GUESTS_OPENINGS });
  const countPlayersOpening = createVisitLimit({ ...window, ...PLAYERS_OPENINGS });
  const countAsking = createVisitLimit({ ...window, ...REQUESTS });
  const countAnnouncement = createVisitLimit({ ...window, ...REQUESTS });

  const find: CourtVisits['find'] = async ({ code, clientAddress }) => {
    wrongCodes.check(clientAddress);
    wrongCodes.count(clientAddress);
    const coded = await codes.get(code);
    wrongCodes.forgive(clientAddress);
    return coded;
  };
  const requireOpening = (visitor: Visitor, coded: CodedCourt): void => {
    const guestsWelcome = areGuestsWelcome(coded, clock.nowMs());
    gate.requireCourtCode(visitor, 'session.open', { clubId: coded.court.club_id, guestsWelcome });
  };
  /** The open session of somebody else. */
  const findOthers = async (visitor: Visitor, coded: CodedCourt): Promise<SessionRow | undefined> => {
    const open = await findOpenSession(db, coded.court.id);
    return visitor !== undefined && open?.owner_id === idOf(visitor) ? undefined : open;
  };
  /** Where the rule gives the court over now. What a start that has just come in records is never taken away. */
  const takeOver = async (open: SessionRow, coded: CodedCourt): Promise<boolean> => {
    const request = await findCourtRequest(db, open.id);
    let isTaken = false;
    await sessions.close(open.id, 'superseded', (row) => {
      isTaken = planNextGroup(row, coded, { request, nowMs: clock.nowMs() }) === 'taken';
      return isTaken;
    });
    return isTaken;
  };

  return {
    find,
    async look(visit) {
      const coded = await find(visit);
      const deviceId = coded.court.device_id;
      const deviceOnline = deviceId !== null && (await devices.isOnline(deviceId));
      return lookAtCourt(visit.visitor, coded, { db, nowMs: clock.nowMs(), deviceOnline });
    },
    async open(visit, { headers, idempotencyKey, onGuest }) {
      const coded = await find(visit);
      requireOpening(visit.visitor, coded);
      if (visit.visitor !== undefined && !isGuest(visit.visitor)) {
        countPlayersOpening(visit);
        return sessions.open(visit.visitor, coded.court.id, idempotencyKey);
      }
      countGuestsOpening(visit);
      const { guest, cookie } = await guests.enter(headers);
      onGuest(cookie);
      return sessions.open({ userId: guest.guestId, onlyOne: true }, coded.court.id, idempotencyKey);
    },
    async ask(caller, visit) {
      const coded = await find(visit);
      countAsking(visit);
      const open = await findOthers(caller, coded);
      if (open === undefined)
        throw new AppError('conflict', 'expected an open match of somebody else on this court', {
          fault: 'match_over',
        });
      await people.ask(caller.userId, open);
    },
    async nextGroup(visit) {
      const coded = await find(visit);
      requireOpening(visit.visitor, coded);
      countAnnouncement(visit);
      const open = await findOthers(visit.visitor, coded);
      if (open === undefined || (await takeOver(open, coded))) return { outcome: 'taken', askAgainAt: null };
      const request = await people.askForCourt(open);
      const tellAgainAt = findTellAgain(request);
      if (tellAgainAt === null) return { outcome: 'asked', askAgainAt: null };
      const askAgainAt = planAskAgain(tellAgainAt, findHandOver(open, coded, request));
      return { outcome: 'declined', askAgainAt: new Date(askAgainAt).toISOString() };
    },
  };
}
