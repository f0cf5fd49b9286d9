/** Sessions that somebody opened and forgot: asked to close, so that the court is free again. */
import type { Db } from '../db/database.ts';
import { transact } from '../db/transact.ts';
import type { Devices } from '../devices/devices.ts';
import { giveUpUnanswered } from './open-session.ts';

export interface OrphanQuery {
  nowMs: number;
  /** Milliseconds a session may stay open without a recording. */
  idleMs: number;
  /** Only these clubs; absent means all. */
  clubIds?: readonly string[] | undefined;
}

export function closeOrphans(
  db: Db,
  devices: Pick<Devices, 'bumpRev'>,
  { nowMs, idleMs, clubIds }: OrphanQuery,
): Promise<{ closed: string[]; deviceIds: string[] }> {
  return transact(db, async (trx) => {
    const givenUp = clubIds === undefined ? await giveUpUnanswered(trx, nowMs) : [];
    if (clubIds?.length === 0) return { closed: [], deviceIds: [] };
    const orphans = await trx
      .updateTable('match_session')
      .set({ close_requested_at: nowMs, close_reason: 'orphaned' })
      .where('state', 'in', ['idle', 'creating', 'created'])
      .where('started_at', 'is', null)
      .where('close_requested_at', 'is', null)
      .where('opened_at', '<', nowMs - idleMs)
      .where((eb) => eb.or([eb('start_deadline_at', 'is', null), eb('start_deadline_at', '<', nowMs)]))
      .$if(clubIds !== undefined, (query) => query.where('club_id', 'in', [...(clubIds ?? [])]))
      .returning(['id', 'device_id'])
      .execute();
    const deviceIds = [...new Set(orphans.map((row) => row.device_id))];
    for (const deviceId of deviceIds) await devices.bumpRev(trx, deviceId);
    return { closed: [...givenUp, ...orphans.map((row) => row.id)], deviceIds };
  });
}
