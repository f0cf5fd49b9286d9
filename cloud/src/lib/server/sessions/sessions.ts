/**
 * Sessions on courts: what people ask for (stored, and sent as the desired state) and what devices report of it.
 * Does not decide who may ask (`access/`), nor when a movie is ready (`uploads/`). May import `devices`, `db`,
 * `auth` types and shared.
 */
import { AppError, ERROR_KINDS, type ErrorKind } from '@padelvar/shared/errors';
import { CREATE_TIMEOUT_MS, ORPHAN_SESSION_SECONDS } from '@padelvar/shared/limits';
import type { Reported } from '@padelvar/shared/link';
import type { RecordStatus, Session } from '@padelvar/shared/portal-api';
import { isEnded, SessionState, type EndReason } from '@padelvar/shared/session';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import { transact } from '../db/transact.ts';
import type { Devices } from '../devices/devices.ts';
import type { Logger } from '../log.ts';
import { admitOwner } from './admit-owner.ts';
import { takeCourt } from './open-session.ts';
import { closeOrphans } from './orphan-sessions.ts';
import { planClose, planExtend, planStart, planStop, type DesiredChange } from './plan-recording.ts';
import { createReportIntake } from './report-intake.ts';
import { createSessionEvents } from './session-events.ts';
import { findNamedSession, listSessions, type NamedSessionRow, type SessionQuery } from './session-list.ts';
import { formatRecordStatus, formatSession, type Seen, type SessionRow } from './session-view.ts';

export interface SessionsOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  devices: Devices;
  /** Milliseconds that `open` waits for the camera. */
  createTimeoutMs?: number;
}

/** A user, or a guest by its id, who has one open session at a time. */
export interface SessionOwner {
  userId: string;
  onlyOne?: boolean;
  /** Wants a match of its own: a session that records already is `court_busy`, one's own too. */
  unrecorded?: boolean;
}

export interface Sessions {
  /**
   * Opens the court's camera and answers once its first frame is verified. Throws `device_offline` and `court_busy` at
   * once, `camera_…` with the device's reason, and `timeout` (with the session's id) where it takes longer than 8 s.
   */
  open(owner: SessionOwner, courtId: string, idempotencyKey?: string): Promise<Session>;
  /** Where `isDue` is given, closes it only where that is still so of its newest row. */
  close(sessionId: string, reason: EndReason, isDue?: (row: SessionRow) => boolean): Promise<Session>;
  /** Asks for a recording. A repeat of what runs already changes nothing; anything else on it is a `conflict`. */
  start(sessionId: string, durationMinutes: number): Promise<RecordStatus>;
  stop(sessionId: string, reason: EndReason): Promise<RecordStatus>;
  /** Moves the end of a running recording on, up to the longest that one may last in its club. */
  extend(sessionId: string, minutes: number): Promise<RecordStatus>;
  /** Gives all sessions of a guest to a user. Answers their ids. */
  claim(guestId: string, userId: string): Promise<string[]>;
  /** Throws `not_found`. */
  get(sessionId: string): Promise<Session>;
  list(query: SessionQuery): Promise<{ items: Session[]; nextCursor: string | null }>;
  status(sessionId: string): Promise<RecordStatus>;
  applyReported(deviceId: string, reported: Reported): Promise<void>;
  /** Closes what has been open for two hours without a recording, of one club or of all. Answers their ids. */
  cleanup(clubIds?: readonly string[]): Promise<string[]>;
  /** Another room has changed a session's row. */
  changed(sessionId: string): void;
  /** The answer ends it. */
  onChange(listener: (sessionId: string) => void): () => void;
}

export function createSessions(options: SessionsOptions): Sessions {
  const { db, clock, devices, createTimeoutMs = CREATE_TIMEOUT_MS } = options;
  const events = createSessionEvents(clock);
  const applyReported = createReportIntake({ ...options, onChange: events.emit });

  const getRow = async (sessionId: string): Promise<NamedSessionRow> => {
    const row = await findNamedSession(db, sessionId);
    if (row === undefined)
      throw new AppError('not_found', 'expected the id of a session; found no such session');
    return row;
  };
  const present = async (row: SessionRow): Promise<Seen> => {
    const { isOnline, isAtClub } = await devices.findPresence(row.device_id);
    return { nowMs: clock.nowMs(), deviceOnline: isOnline, isAtClub };
  };
  const toSession = async (row: NamedSessionRow): Promise<Session> =>
    formatSession(row, row, await present(row));

  /** Changes what is desired of a session, if `plan` says so, and sends it. */
  const change = async (
    sessionId: string,
    plan: (row: SessionRow) => DesiredChange,
  ): Promise<NamedSessionRow> => {
    const deviceId = await transact(db, async (trx) => {
      const row = await trx
        .selectFrom('match_session')
        .selectAll()
        .where('id', '=', sessionId)
        .executeTakeFirst();
      const planned = row === undefined ? 'unchanged' : plan(row);
      if (row === undefined || planned === 'unchanged') return undefined;
      await trx.updateTable('match_session').set(planned).where('id', '=', sessionId).execute();
      await devices.bumpRev(trx, row.device_id);
      return row.device_id;
    });
    if (deviceId !== undefined) {
      await devices.publishDesired(deviceId);
      events.emit(sessionId);
    }
    return getRow(sessionId);
  };

  /** Takes the court, waiting for one that is just being freed. */
  const take = async (
    request: SessionOwner & { courtId: string; idempotencyKey?: string | undefined },
    untilMs: number,
  ): Promise<string> => {
    for (;;) {
      const outcome = await transact(db, async (trx) => {
        const taken = await takeCourt(trx, { ...request, nowMs: clock.nowMs() });
        if (taken.kind === 'opened') await devices.bumpRev(trx, taken.deviceId);
        return taken;
      });
      if (outcome.kind === 'opened') await devices.publishDesired(outcome.deviceId);
      if (outcome.kind !== 'ending') return outcome.sessionId;
      const ended = await events.waitFor(
        outcome.sessionId,
        async () => (isEnded(SessionState.parse((await getRow(outcome.sessionId)).state)) ? true : undefined),
        untilMs - clock.monotonicMs(),
      );
      if (ended === undefined)
        throw new AppError('court_busy', 'the last recording on this court is still being closed');
    }
  };

  return {
    async open({ userId, onlyOne = false, unrecorded = false }, courtId, idempotencyKey) {
      const untilMs = clock.monotonicMs() + createTimeoutMs;
      const sessionId = await take({ userId, onlyOne, unrecorded, courtId, idempotencyKey }, untilMs);
      const row = await events.waitFor(
        sessionId,
        async () => {
          const found = await getRow(sessionId);
          return found.state === 'idle' || found.state === 'creating' ? undefined : found;
        },
        untilMs - clock.monotonicMs(),
      );
      if (row === undefined) {
        throw new AppError('timeout', 'the camera is taking longer than usual; ask for this session again', {
          details: { sessionId },
        });
      }
      if (row.state === 'failed') throw failureOf(row);
      return toSession(row);
    },
    async close(sessionId, reason, isDue = () => true) {
      const plan = (row: SessionRow) => (isDue(row) ? planClose(row, reason, clock.nowMs()) : 'unchanged');
      return toSession(await change(sessionId, plan));
    },
    async start(sessionId, durationMinutes) {
      const { device_id: deviceId } = await getRow(sessionId);
      const online = await devices.isOnline(deviceId);
      const row = await change(sessionId, (found) => {
        const planned = planStart(found, durationMinutes * 60, clock.nowMs());
        if (planned !== 'unchanged' && !online)
          throw new AppError('device_offline', 'the mini-PC of this court is offline');
        return planned;
      });
      return formatRecordStatus(row, row, await present(row));
    },
    async stop(sessionId, reason) {
      const row = await change(sessionId, (found) => planStop(found, reason, clock.nowMs()));
      return formatRecordStatus(row, row, await present(row));
    },
    async extend(sessionId, minutes) {
      const { longestMinutes } = await getRow(sessionId);
      const row = await change(sessionId, (found) => planExtend(found, minutes * 60, longestMinutes * 60));
      return formatRecordStatus(row, row, await present(row));
    },
    async claim(guestId, userId) {
      const sessionIds = await transact(db, async (trx) => {
        const rows = await trx
          .updateTable('match_session')
          .set({ owner_id: userId })
          .where('owner_id', '=', guestId)
          .returning('id')
          .execute();
        const ids = rows.map(({ id }) => id);
        await admitOwner(trx, ids, userId);
        return ids;
      });
      for (const sessionId of sessionIds) events.emit(sessionId);
      return sessionIds;
    },
    get: async (sessionId) => toSession(await getRow(sessionId)),
    async list(query) {
      const { rows, nextCursor } = await listSessions(db, query);
      return { items: await Promise.all(rows.map(toSession)), nextCursor };
    },
    async status(sessionId) {
      const row = await getRow(sessionId);
      return formatRecordStatus(row, row, await present(row));
    },
    applyReported,
    async cleanup(clubIds) {
      const { closed, deviceIds } = await closeOrphans(db, devices, {
        nowMs: clock.nowMs(),
        idleMs: ORPHAN_SESSION_SECONDS * 1000,
        clubIds,
      });
      for (const deviceId of deviceIds) await devices.publishDesired(deviceId);
      for (const sessionId of closed) events.emit(sessionId);
      return closed;
    },
    changed: events.emit,
    onChange: events.onChange,
  };
}

/** The device's reason as an error: camera troubles have kinds of their own, others are a conflict. */
function failureOf(row: SessionRow): AppError {
  const reason = row.reason ?? 'no reason given';
  const kind: ErrorKind = reason in ERROR_KINDS ? (reason as ErrorKind) : 'conflict';
  const message = row.detail ?? `the camera could not be opened (${reason.replaceAll('_', ' ')})`;
  return new AppError(kind, message, { details: { sessionId: row.id, reason } });
}
