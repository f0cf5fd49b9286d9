/** Opening a session: who gets the court, decided and written in one transaction. */
import { AppError } from '@padelvar/shared/errors';
import { formatSessionId } from '@padelvar/shared/ids';
import type { Selectable, Transaction } from 'kysely';
import type { CourtTable, Tables } from '../db/tables.ts';
import { isPresent } from '../devices/presence.ts';
import { isEnding, type SessionRow } from './session-view.ts';

/** Milliseconds in which a device may still open the camera: one HTTPS poll, and some. */
const OPEN_DEADLINE_MS = 20_000;
/** After its deadline a session that no device ever spoke of is given up, this much later. */
const GIVE_UP_AFTER_MS = 10_000;
/** How long a repeated `Idempotency-Key` finds its session. */
export const IDEMPOTENCY_LIFE_MS = 24 * 60 * 60 * 1000;

export interface OpenRequest {
  userId: string;
  /** A guest has one open session at a time, wherever. */
  onlyOne?: boolean | undefined;
  /** It must not have a recording yet: one's own match is in the way like anybody's. */
  unrecorded?: boolean | undefined;
  courtId: string;
  idempotencyKey?: string | undefined;
  nowMs: number;
}

export type OpenOutcome =
  /** A row was written: the device's desired document has changed. */
  | { kind: 'opened'; sessionId: string; deviceId: string }
  /** The caller's own session, or that of a repeated request. */
  | { kind: 'found'; sessionId: string }
  /** The court is being freed: ask again when this session has ended. */
  | { kind: 'ending'; sessionId: string };

/** Throws `not_found`, `no_device`, `device_offline`, `court_busy`. */
export async function takeCourt(trx: Transaction<Tables>, request: OpenRequest): Promise<OpenOutcome> {
  const repeated = await findRepeated(trx, request);
  if (repeated !== undefined) return { kind: 'found', sessionId: repeated };
  const court = await getCourt(trx, request.courtId);
  const open = await findOpenSession(trx, request);
  if (open !== undefined) {
    if (isEnding(open)) return { kind: 'ending', sessionId: open.id };
    if (open.owner_id !== request.userId || (request.unrecorded === true && hasRecording(open)))
      throw new AppError('court_busy', 'somebody else is using this court');
    await remember(trx, request, open.id);
    return { kind: 'found', sessionId: open.id };
  }
  if (request.onlyOne === true) await refuseSecond(trx, request.userId);
  const deviceId = await getPresentDevice(trx, court, request.nowMs);
  const sessionId = await insertSession(trx, court, deviceId, request);
  await remember(trx, request, sessionId);
  return { kind: 'opened', sessionId, deviceId };
}

function hasRecording({ start_requested_at: askedAt, started_at: startedAt }: SessionRow): boolean {
  return askedAt !== null || startedAt !== null;
}

/** A key means one request: with another court it is an error of the program that sent it. */
async function findRepeated(trx: Transaction<Tables>, request: OpenRequest): Promise<string | undefined> {
  if (request.idempotencyKey === undefined) return undefined;
  const row = await trx
    .selectFrom('idempotency')
    .innerJoin('match_session', 'match_session.id', 'idempotency.session_id')
    .select(['match_session.id', 'match_session.court_id'])
    .where('user_id', '=', request.userId)
    .where('key', '=', request.idempotencyKey)
    .where('created_at', '>', request.nowMs - IDEMPOTENCY_LIFE_MS)
    .executeTakeFirst();
  if (row === undefined || row.court_id === request.courtId) return row?.id;
  throw new AppError('conflict', 'this Idempotency-Key has been used for another court');
}

async function remember(trx: Transaction<Tables>, request: OpenRequest, sessionId: string): Promise<void> {
  if (request.idempotencyKey === undefined) return;
  const values = { session_id: sessionId, created_at: request.nowMs };
  await trx
    .insertInto('idempotency')
    .values({ user_id: request.userId, key: request.idempotencyKey, ...values })
    .onConflict((conflict) => conflict.columns(['user_id', 'key']).doUpdateSet(values))
    .execute();
}

async function getCourt(trx: Transaction<Tables>, courtId: string): Promise<Selectable<CourtTable>> {
  const court = await trx.selectFrom('court').selectAll().where('id', '=', courtId).executeTakeFirst();
  if (court === undefined) throw new AppError('not_found', 'expected the id of a court; found no such court');
  return court;
}

/** The open session on the court, one that was given up excepted. */
async function findOpenSession(
  trx: Transaction<Tables>,
  { courtId, nowMs }: OpenRequest,
): Promise<SessionRow | undefined> {
  await giveUpUnanswered(trx, nowMs, courtId);
  return trx
    .selectFrom('match_session')
    .selectAll()
    .where('court_id', '=', courtId)
    .where('state', 'not in', ['complete', 'failed'])
    .executeTakeFirst();
}

async function refuseSecond(trx: Transaction<Tables>, ownerId: string): Promise<void> {
  const other = await trx
    .selectFrom('match_session')
    .select('id')
    .where('owner_id', '=', ownerId)
    .where('state', 'not in', ['complete', 'failed'])
    .executeTakeFirst();
  if (other === undefined) return;
  throw new AppError('conflict', 'expected no other open session of this browser; end that one first', {
    fault: 'own_match_open',
    details: { sessionId: other.id },
  });
}

/** Ends sessions that no device ever spoke of, long after the deadline to open them. Answers their ids. */
export async function giveUpUnanswered(
  trx: Transaction<Tables>,
  nowMs: number,
  courtId?: string,
): Promise<string[]> {
  const rows = await trx
    .updateTable('match_session')
    .set({ state: 'failed', reason: 'expired', ended_at: nowMs })
    .where('state', '=', 'idle')
    .where('open_deadline_at', '<', nowMs - GIVE_UP_AFTER_MS)
    .$if(courtId !== undefined, (query) => query.where('court_id', '=', courtId ?? ''))
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

async function getPresentDevice(
  trx: Transaction<Tables>,
  court: Selectable<CourtTable>,
  nowMs: number,
): Promise<string> {
  if (court.device_id === null) throw new AppError('no_device', 'this court has no mini-PC yet');
  if (court.camera_sealed === null) throw new AppError('no_device', 'this court has no camera yet');
  const device = await trx
    .selectFrom('device')
    .select(['online', 'last_seen_at'])
    .where('id', '=', court.device_id)
    .executeTakeFirst();
  if (device === undefined || !isPresent(device, nowMs)) {
    throw new AppError('device_offline', 'the mini-PC of this court is offline');
  }
  return court.device_id;
}

async function insertSession(
  trx: Transaction<Tables>,
  court: Selectable<CourtTable>,
  deviceId: string,
  { userId, nowMs }: OpenRequest,
): Promise<string> {
  const id = await mintSessionId(trx, court, Math.floor(nowMs / 1000));
  await trx
    .insertInto('match_session')
    .values({
      id,
      club_id: court.club_id,
      court_id: court.id,
      device_id: deviceId,
      owner_id: userId,
      opened_at: nowMs,
      open_deadline_at: nowMs + OPEN_DEADLINE_MS,
      state: 'idle',
      elapsed_ms: 0,
      growing: 0,
      bytes: 0,
      uploaded_bytes: 0,
      gaps: '[]',
      movie_state: 'none',
    })
    .execute();
  return id;
}

/** The next second that has not been used for this court. */
async function mintSessionId(
  trx: Transaction<Tables>,
  court: Selectable<CourtTable>,
  nowSeconds: number,
): Promise<string> {
  for (let second = nowSeconds; ; second += 1) {
    const id = formatSessionId({ clubId: court.club_id, courtId: court.id, openedAtSeconds: second });
    const taken = await trx.selectFrom('match_session').select('id').where('id', '=', id).executeTakeFirst();
    if (taken === undefined) return id;
  }
}
