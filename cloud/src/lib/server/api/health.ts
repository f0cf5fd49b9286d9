/** Each part is tried, not assumed. */
import type { Health } from '@padelvar/shared/portal-api';
import { sql } from 'kysely';
import type { Caller } from '../auth/caller.ts';
import type { Db } from '../db/database.ts';
import { isPresent } from '../devices/presence.ts';
import type { Services } from './services.ts';

type Parts = Pick<Services, 'db' | 'clock' | 'channel' | 'store'>;

export async function readHealth({ db, clock, channel, store }: Parts, caller?: Caller): Promise<Health> {
  const database = await works(() => sql`select 1`.execute(db));
  const storageState = await store.check();
  const storage = storageState === 'ok';
  const broker = channel.connected;
  const counts = database ? await count(db, clock.nowMs(), caller) : NOTHING;
  const isWell = database && storage && broker;
  return { status: isWell ? 'ok' : 'degraded', database, broker, storage, storageState, ...counts };
}

const NOTHING = { devices: { total: 0, online: 0 }, recording: 0 };

async function works(attempt: () => Promise<unknown>): Promise<boolean> {
  try {
    await attempt();
    return true;
  } catch {
    return false;
  }
}

async function count(
  db: Db,
  nowMs: number,
  caller: Caller | undefined,
): Promise<Pick<Health, 'devices' | 'recording'>> {
  if (caller === undefined) return NOTHING;
  const isStaff = caller.role === 'SUPER_ADMIN' || caller.role === 'SUPPORT';
  const devices = await db
    .selectFrom('device')
    .select(['online', 'last_seen_at'])
    .$if(!isStaff, (query) => query.where('club_id', 'in', caller.clubIds))
    .execute();
  const recording = await db
    .selectFrom('match_session')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', 'in', ['recording', 'stopping'])
    .$if(!isStaff, (query) => query.where('club_id', 'in', caller.clubIds))
    .executeTakeFirstOrThrow();
  const online = devices.filter((device) => isPresent(device, nowMs)).length;
  return { devices: { total: devices.length, online }, recording: recording.count };
}
