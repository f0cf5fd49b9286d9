/** Writes what a device reports of its sessions. What it says of others' sessions is not believed. */
import type { Reported, ReportedSession } from '@padelvar/shared/link';
import { isEnded, SessionState } from '@padelvar/shared/session';
import type { Transaction } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { transact } from '../db/transact.ts';
import type { Devices } from '../devices/devices.ts';
import type { Logger } from '../log.ts';
import { planReport } from './apply-report.ts';
import type { SessionRow } from './session-view.ts';

type Effect = 'none' | 'changed' | 'ended';
const MAX_NOTED = 1_000;

export function createReportIntake(options: {
  db: Db;
  clock: Clock;
  log: Logger;
  devices: Devices;
  onChange: (sessionId: string) => void;
}): (deviceId: string, reported: Reported) => Promise<void> {
  const { db, clock, devices, onChange } = options;
  const note = createNotes(options.log);

  const applyOne = async (
    trx: Transaction<Tables>,
    deviceId: string,
    reported: ReportedSession,
  ): Promise<Effect> => {
    const row = await trx
      .selectFrom('match_session')
      .selectAll()
      .where('id', '=', reported.sessionId)
      .executeTakeFirst();
    if (row?.device_id !== deviceId) {
      note(deviceId, reported.sessionId, 'a report of a session that is not this device’s is ignored');
      return 'none';
    }
    const values = planReport(row, reported, clock.nowMs());
    if (values === undefined) return 'none';
    if (await wouldCollide(trx, row, reported)) {
      note(deviceId, reported.sessionId, 'a session that was given up came back to a court in use');
      return 'none';
    }
    await trx.updateTable('match_session').set(values).where('id', '=', row.id).execute();
    const wasEnded = isEnded(SessionState.parse(row.state));
    return wasEnded === isEnded(reported.state) ? 'changed' : 'ended';
  };

  return async (deviceId, reported) => {
    const effects = new Map<string, Effect>();
    const isShorter = await transact(db, async (trx) => {
      for (const session of reported.sessions)
        effects.set(session.sessionId, await applyOne(trx, deviceId, session));
      const erased = await noteErased(trx, deviceId, reported.erased ?? [], clock.nowMs());
      if (!erased && ![...effects.values()].includes('ended')) return false;
      await devices.bumpRev(trx, deviceId);
      return true;
    });
    // The device's desired document lists less.
    if (isShorter) await devices.publishDesired(deviceId);
    for (const [sessionId, effect] of effects) if (effect !== 'none') onChange(sessionId);
  };
}

/** Answers whether any of these deletions was still to be done. */
async function noteErased(
  trx: Transaction<Tables>,
  deviceId: string,
  sessionIds: readonly string[],
  nowMs: number,
): Promise<boolean> {
  if (sessionIds.length === 0) return false;
  const { numUpdatedRows } = await trx
    .updateTable('match_session')
    .set({ erased_at: nowMs })
    .where('id', 'in', sessionIds)
    .where('device_id', '=', deviceId)
    .where('movie_state', '=', 'deleted')
    .where('erased_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** A court has one open session: one that comes back from being given up may find another there. */
async function wouldCollide(
  trx: Transaction<Tables>,
  row: SessionRow,
  reported: ReportedSession,
): Promise<boolean> {
  if (!isEnded(SessionState.parse(row.state)) || isEnded(reported.state)) return false;
  const other = await trx
    .selectFrom('match_session')
    .select('id')
    .where('court_id', '=', row.court_id)
    .where('state', 'not in', ['complete', 'failed'])
    .executeTakeFirst();
  return other !== undefined;
}

/** Reports repeat: each trouble is one line in the log. */
function createNotes(log: Logger): (deviceId: string, sessionId: string, message: string) => void {
  const noted = new Set<string>();
  return (deviceId, sessionId, message) => {
    const key = `${deviceId} ${sessionId} ${message}`;
    if (noted.has(key)) return;
    if (noted.size >= MAX_NOTED) noted.clear();
    noted.add(key);
    log.warn({ deviceId, sessionId }, message);
  };
}
