/** Devices as people look after them: the list, and taking one away. */
import { Uplink } from '@padelvar/shared/device-answers';
import type { Device, DeviceSettings } from '@padelvar/shared/portal-api';
import type { Transaction } from 'kysely';
import type { DeviceRow } from '../access/objects.ts';
import type { Audit } from '../audit/audit.ts';
import type { Broker } from '../broker/broker.ts';
import type { Caller } from '../auth/caller.ts';
import { formatInstant, type Clock } from '../clock.ts';
import { ByClubAndName, parseKeys, planPage, type Page, type PageRequest } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { transact } from '../db/transact.ts';
import { isPresent } from './presence.ts';
import { findTroubles } from './storage-troubles.ts';

export interface DeviceAdmin {
  /** All for staff, those of one's own clubs for everybody else. */
  list(caller: Caller, page: PageRequest): Promise<Page<Device>>;
  /** The same of one. */
  view(row: DeviceRow): Promise<Device>;
  /** Throws `not_found`. Its device hears of it at once. */
  change(caller: Caller, deviceId: string, changes: DeviceSettings): Promise<DeviceSettings>;
  /** Its tokens, keys and connection end at once; what was open on it has failed; its courts lose their cameras. */
  remove(caller: Caller, deviceId: string): Promise<void>;
}

export interface DeviceAdminOptions {
  db: Db;
  clock: Clock;
  audit: Audit;
  broker: Pick<Broker, 'disconnect'>;
  /** Sends the device what is desired of it now. */
  publish: (deviceId: string) => Promise<void>;
  /** A session was ended here. */
  onEnded: (sessionId: string) => void;
}

export function createDeviceAdmin(options: DeviceAdminOptions): DeviceAdmin {
  const { db, clock, audit, broker, onEnded } = options;
  const describe = async (rows: readonly DeviceRow[]): Promise<Device[]> => {
    const ids = rows.map((row) => row.id);
    const open = await countOpenSessions(db, ids);
    const troubles = await findTroubles(db, ids);
    return rows.map((row) => ({
      ...toDevice(row, clock.nowMs(), open.get(row.id) ?? 0),
      storage: troubles.get(row.id) ?? null,
    }));
  };
  return {
    async list(caller, page) {
      const { rows, nextCursor } = await listRows(db, caller, page);
      return { items: await describe(rows), nextCursor };
    },
    async view(row) {
      const [device] = await describe([row]);
      if (device === undefined) throw new Error('expected one description of one row');
      return device;
    },
    async change(caller, deviceId, changes) {
      const { uplinkKbitPerSecond: uplink, keepUploadedHours: hours } = changes;
      await db
        .updateTable('device')
        .set((eb) => ({
          rev: eb('rev', '+', 1),
          ...(uplink === undefined ? {} : { uplink_kbit_per_second: uplink }),
          ...(hours === undefined ? {} : { keep_uploaded_hours: hours }),
        }))
        .where('id', '=', deviceId)
        .execute();
      await audit.record(caller, 'device.settings', deviceId, { ...changes });
      await options.publish(deviceId);
      return readSettings(db, deviceId);
    },
    async remove(caller, deviceId) {
      const ended = await transact(db, (trx) => removeRows(trx, deviceId, clock.nowMs()));
      broker.disconnect(deviceId);
      for (const sessionId of ended) onEnded(sessionId);
      await audit.record(caller, 'device.delete', deviceId);
    },
  };
}

async function readSettings(db: Db, deviceId: string): Promise<DeviceSettings> {
  const row = await db
    .selectFrom('device')
    .select(['uplink_kbit_per_second', 'keep_uploaded_hours'])
    .where('id', '=', deviceId)
    .executeTakeFirstOrThrow();
  return { uplinkKbitPerSecond: row.uplink_kbit_per_second, keepUploadedHours: row.keep_uploaded_hours };
}

async function listRows(
  db: Db,
  caller: Caller,
  { cursor, limit }: PageRequest,
): Promise<{ rows: DeviceRow[]; nextCursor: string | null }> {
  const isStaff = caller.role === 'SUPER_ADMIN' || caller.role === 'SUPPORT';
  const after = parseKeys(cursor, ByClubAndName);
  let query = db.selectFrom('device').selectAll().orderBy('club_id').orderBy('name').orderBy('id');
  if (!isStaff) query = query.where('club_id', 'in', caller.clubIds);
  if (after !== undefined) {
    query = query.where((eb) => eb(eb.refTuple('club_id', 'name', 'id'), '>', eb.tuple(...after)));
  }
  const found = await query.limit(limit + 1).execute();
  return planPage(found, limit, (row) => [row.club_id, row.name, row.id]);
}

/** Answers the sessions that were open. */
async function removeRows(trx: Transaction<Tables>, deviceId: string, nowMs: number): Promise<string[]> {
  const ended = await trx
    .updateTable('match_session')
    .set({ state: 'failed', reason: 'device_offline', ended_at: nowMs })
    .where('device_id', '=', deviceId)
    .where('state', 'not in', ['complete', 'failed'])
    .returning('id')
    .execute();
  await trx
    .updateTable('match_session')
    .set({ movie_state: 'failed' })
    .where('device_id', '=', deviceId)
    .where('movie_state', 'in', ['recording', 'uploading'])
    .execute();
  await trx
    .updateTable('court')
    .set({ device_id: null, camera_sealed: null, camera_state: 'unknown', camera_reason: null })
    .where('device_id', '=', deviceId)
    .execute();
  await trx.deleteFrom('device').where('id', '=', deviceId).execute();
  return ended.map(({ id }) => id);
}

async function countOpenSessions(db: Db, deviceIds: string[]): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('match_session')
    .select(['device_id', (eb) => eb.fn.countAll<number>().as('sessions')])
    .where('device_id', 'in', deviceIds)
    .where('state', 'not in', ['complete', 'failed'])
    .groupBy('device_id')
    .execute();
  return new Map(rows.map((row) => [row.device_id, row.sessions]));
}

function toDevice(row: DeviceRow, nowMs: number, sessions: number): Omit<Device, 'storage'> {
  return {
    deviceId: row.id,
    clubId: row.club_id,
    name: row.name,
    online: isPresent(row, nowMs),
    lastSeenAt: formatInstant(row.last_seen_at),
    build: row.build,
    lan: JSON.parse(row.lan) as string[],
    epoch: row.epoch,
    clockOffsetMs: row.clock_offset_ms,
    sessions,
    diskFreeBytes: row.disk_free_bytes,
    recordingMinutesLeft: row.recording_minutes_left,
    media: row.media,
    uplink: row.uplink === null ? null : Uplink.parse(JSON.parse(row.uplink)),
    settings: { uplinkKbitPerSecond: row.uplink_kbit_per_second, keepUploadedHours: row.keep_uploaded_hours },
  };
}
