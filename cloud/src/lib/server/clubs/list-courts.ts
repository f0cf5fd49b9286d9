/** Courts as the API shows them: whether there is a camera, never which. */
import type { Court } from '@padelvar/shared/portal-api';
import { EndReason } from '@padelvar/shared/session';
import type { CourtRow } from '../access/objects.ts';
import { ByClubAndName, parseKeys, planPage, type Page, type PageRequest } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';
import type { CourtDevices } from './court-devices.ts';

export interface CourtFilter {
  clubIds?: readonly string[];
  courtIds?: readonly string[];
}

/** By club and name. */
export async function listCourts(
  db: Db,
  devices: Pick<CourtDevices, 'isOnline'>,
  { clubIds, courtIds }: CourtFilter,
  { cursor, limit }: PageRequest,
): Promise<Page<Court>> {
  const after = parseKeys(cursor, ByClubAndName);
  let query = db
    .selectFrom('court')
    .selectAll()
    .orderBy('club_id')
    .orderBy('name')
    .orderBy('id')
    .limit(limit + 1);
  if (clubIds !== undefined) query = query.where('club_id', 'in', clubIds);
  if (courtIds !== undefined) query = query.where('id', 'in', courtIds);
  if (after !== undefined) {
    query = query.where((eb) => eb(eb.refTuple('club_id', 'name', 'id'), '>', eb.tuple(...after)));
  }
  const found = await query.execute();
  const { rows, nextCursor } = planPage(found, limit, (row) => [row.club_id, row.name, row.id]);
  const busy = await findBusy(
    db,
    rows.map((row) => row.id),
  );
  const deviceIds = new Set(rows.map((row) => row.device_id).filter((id) => id !== null));
  const online = new Set<string>();
  for (const deviceId of deviceIds) if (await devices.isOnline(deviceId)) online.add(deviceId);
  const items = rows.map((row) =>
    toCourt(row, busy.has(row.id), row.device_id !== null && online.has(row.device_id)),
  );
  return { items, nextCursor };
}

async function findBusy(db: Db, courtIds: string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('match_session')
    .select('court_id')
    .where('court_id', 'in', courtIds)
    .where('state', 'not in', ['complete', 'failed'])
    .execute();
  return new Set(rows.map((row) => row.court_id));
}

function toCourt(row: CourtRow, busy: boolean, deviceOnline: boolean): Court {
  return {
    courtId: row.id,
    clubId: row.club_id,
    name: row.name,
    deviceId: row.device_id,
    hasCamera: row.camera_sealed !== null,
    cameraState: row.camera_state,
    cameraReason: EndReason.nullable().catch(null).parse(row.camera_reason),
    deviceOnline,
    busy,
    warm: row.warm === 1,
    audio: row.audio === 1,
    lowDelay: row.low_delay === 1,
  };
}
