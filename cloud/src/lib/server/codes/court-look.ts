/** What somebody who scans a court's code is shown: the court, and nobody's match but their own. */
import type { Announced, Asked, CourtCodeView } from '@padelvar/shared/players-api';
import { idOf, isGuest, type Visitor } from '../access/decide.ts';
import { formatInstant } from '../clock.ts';
import { findNextOpening } from '../clubs/opening-hours.ts';
import type { Db } from '../db/database.ts';
import { findCourtRequest, findJoinRequest, findTellAgain, type RequestRow } from '../people/requests.ts';
import { isEnding, type SessionRow } from '../sessions/session-view.ts';
import { planCourtState, planHindrance } from './admission.ts';
import type { CodedCourt } from './court-codes.ts';
import { findHandOver, planAskAgain, planNextGroup } from './next-group.ts';

export interface LookOptions {
  db: Db;
  nowMs: number;
  deviceOnline: boolean;
}

export async function lookAtCourt(
  visitor: Visitor,
  coded: CodedCourt,
  { db, nowMs, deviceOnline }: LookOptions,
): Promise<CourtCodeView> {
  const { court, timeZone, openingHours } = coded;
  const open = await findOpenSession(db, court.id);
  const isOwn = open !== undefined && visitor !== undefined && open.owner_id === idOf(visitor);
  const hindrance = planHindrance(visitor, coded, nowMs);
  const state = planCourtState(court, { busy: open !== undefined, deviceOnline });
  const others = isOwn ? undefined : open;
  const request = others && (await findCourtRequest(db, others.id));
  const announced = others && request ? formatAnnounced(others, coded, request) : null;
  const mayAnnounce = (open: SessionRow): boolean =>
    // A second request beside an open one would tell the owner nothing.
    announced === null ||
    planNextGroup(open, coded, { request, nowMs }) === 'taken' ||
    (announced.askAgainAt !== null && nowMs >= Date.parse(announced.askAgainAt));
  return {
    courtName: court.name,
    clubName: coded.clubName,
    brandColor: coded.brandColor,
    logo: coded.logo,
    timeZone,
    state,
    mayStart: hindrance === null && state === 'free',
    cameraState: court.camera_state,
    hindrance,
    opensNext: hindrance === 'closed' ? findNextOpening(openingHours, timeZone, nowMs) : null,
    mine: isOwn ? open.id : null,
    unclaimed: await findUnclaimed(db, visitor, court.id),
    asked: others === undefined ? null : await findAsked(db, visitor, others.id),
    announced,
    mayAnnounce: others !== undefined && hindrance === null && mayAnnounce(others),
    nextGroup: coded.nextGroup,
    defaultMinutes: coded.defaultMinutes,
    maxMinutes: coded.maxMinutes,
  };
}

/** The session that keeps others from this court: one that is ending does not. */
export async function findOpenSession(db: Db, courtId: string): Promise<SessionRow | undefined> {
  const row = await db
    .selectFrom('match_session')
    .selectAll()
    .where('court_id', '=', courtId)
    .where('state', 'not in', ['complete', 'failed'])
    .executeTakeFirst();
  return row === undefined || isEnding(row) ? undefined : row;
}

async function findUnclaimed(db: Db, visitor: Visitor, courtId: string): Promise<string | null> {
  if (!isGuest(visitor)) return null;
  const row = await db
    .selectFrom('match_session')
    .select('id')
    .where('owner_id', '=', visitor.guestId)
    .where('court_id', '=', courtId)
    .where('movie_state', 'in', ['recording', 'uploading', 'ready'])
    .orderBy('opened_at', 'desc')
    .executeTakeFirst();
  return row?.id ?? null;
}

async function findAsked(db: Db, visitor: Visitor, sessionId: string): Promise<Asked | null> {
  if (visitor === undefined || isGuest(visitor)) return null;
  const participant = await db
    .selectFrom('session_participant')
    .select('user_id')
    .where('session_id', '=', sessionId)
    .where('user_id', '=', visitor.userId)
    .executeTakeFirst();
  if (participant !== undefined) return { sessionId, state: 'accepted' };
  const join = await findJoinRequest(db, sessionId, visitor.userId);
  return join === undefined ? null : { sessionId: null, state: join.state };
}

function formatAnnounced(open: SessionRow, coded: CodedCourt, request: RequestRow): Announced {
  const handsOverAt = findHandOver(open, coded, request);
  const tellAgainAt = findTellAgain(request);
  if (tellAgainAt === null) {
    return { state: 'open', handsOverAt: formatInstant(handsOverAt), askAgainAt: null };
  }
  const askAgainAt = formatInstant(planAskAgain(tellAgainAt, handsOverAt));
  return { state: 'declined', handsOverAt: null, askAgainAt };
}
