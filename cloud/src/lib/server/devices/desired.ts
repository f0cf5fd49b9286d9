/** The desired document of a device, built from its courts, open sessions and deleted videos. */
import { SealedCamera } from '@padelvar/shared/camera';
import type { Desired, DesiredCourt, DesiredRecording, DesiredSession } from '@padelvar/shared/link';
import { EndReason } from '@padelvar/shared/session';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { CourtTable, DeviceTable, MatchSessionTable, Tables } from '../db/tables.ts';
import { readTogether } from '../db/transact.ts';

/** Undefined where there is no such device. Read in one transaction, so that `rev` fits what is listed. */
export function loadDesired(
  db: Kysely<Tables>,
  deviceId: string,
  nowMs: number,
): Promise<Desired | undefined> {
  return readTogether(db, (trx) => readDesired(trx, deviceId, nowMs));
}

async function readDesired(
  trx: Transaction<Tables>,
  deviceId: string,
  nowMs: number,
): Promise<Desired | undefined> {
  const device = await trx
    .selectFrom('device')
    .select(['generation', 'rev', 'uplink_kbit_per_second', 'keep_uploaded_hours'])
    .where('id', '=', deviceId)
    .executeTakeFirst();
  if (device === undefined) return undefined;
  const courts = await trx
    .selectFrom('court')
    .selectAll()
    .where('device_id', '=', deviceId)
    .orderBy('id')
    .execute();
  const sessions = await trx
    .selectFrom('match_session')
    .selectAll()
    .where('device_id', '=', deviceId)
    .where('state', 'not in', ['complete', 'failed'])
    .orderBy('opened_at')
    .execute();
  const deletions = await listDeletions(trx, deviceId);
  const eventsStored = await findLastEvent(trx, deviceId);
  return {
    v: 1,
    deviceId,
    generation: device.generation,
    rev: device.rev,
    serverTime: nowMs,
    sessions: sessions.map(desiredSession),
    courts: courts.map(desiredCourt),
    settings: desiredSettings(device),
    ...(deletions.length === 0 ? {} : { deletions }),
    ...(eventsStored === undefined ? {} : { eventsStored }),
  };
}

/** What the club has set for its device. */
function desiredSettings(
  row: Pick<DeviceTable, 'uplink_kbit_per_second' | 'keep_uploaded_hours'>,
): Desired['settings'] {
  const { uplink_kbit_per_second: uplinkKbitPerSecond, keep_uploaded_hours: keepUploadedHours } = row;
  return {
    ...(uplinkKbitPerSecond === null ? {} : { uplinkKbitPerSecond }),
    ...(keepUploadedHours === null ? {} : { keepUploadedHours }),
  };
}

/** The others follow when the device has erased these. */
const MAX_DELETIONS = 100;

/** Deleted videos of which the device may still hold a copy, the oldest deletion first. */
async function listDeletions(trx: Transaction<Tables>, deviceId: string): Promise<string[]> {
  const rows = await trx
    .selectFrom('match_session')
    .select('id')
    .where('device_id', '=', deviceId)
    .where('movie_state', '=', 'deleted')
    .where('erased_at', 'is', null)
    .orderBy('deleted_at')
    .orderBy('id')
    .limit(MAX_DELETIONS)
    .execute();
  return rows.map(({ id }) => id);
}

/** Events arrive in order, so the highest says that all before it are stored. */
function findLastEvent(
  trx: Transaction<Tables>,
  deviceId: string,
): Promise<{ epoch: number; seq: number } | undefined> {
  return trx
    .selectFrom('device_event')
    .select(['epoch', 'seq'])
    .where('device_id', '=', deviceId)
    .orderBy('epoch', 'desc')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
}

function desiredCourt(row: Selectable<CourtTable>): DesiredCourt {
  const warm = row.warm === 1 ? { warm: true } : {};
  const audio = row.audio === 1 ? { audio: true } : {};
  const lowDelay = row.low_delay === 1 ? { lowDelay: true } : {};
  const court = { courtId: row.id, clubId: row.club_id, name: row.name, ...warm, ...audio, ...lowDelay };
  return row.camera_sealed === null
    ? court
    : { ...court, camera: SealedCamera.parse(JSON.parse(row.camera_sealed)) };
}

function desiredSession(row: Selectable<MatchSessionTable>): DesiredSession {
  const recording = desiredRecording(row);
  return {
    sessionId: row.id,
    courtId: row.court_id,
    openDeadlineAt: row.open_deadline_at,
    ...(recording === undefined ? {} : { recording }),
    ...(row.close_requested_at === null
      ? {}
      : { close: { requestedAt: row.close_requested_at, reason: reasonOf(row.close_reason) } }),
  };
}

function desiredRecording(row: Selectable<MatchSessionTable>): DesiredRecording | undefined {
  const { start_requested_at: requestedAt, start_deadline_at: startDeadlineAt } = row;
  if (requestedAt === null || startDeadlineAt === null || row.duration_seconds === null) return undefined;
  const recording = { requestedAt, startDeadlineAt, durationSeconds: row.duration_seconds };
  return row.stop_requested_at === null
    ? recording
    : { ...recording, stop: { requestedAt: row.stop_requested_at, reason: reasonOf(row.stop_reason) } };
}

function reasonOf(text: string | null): EndReason {
  return EndReason.catch('player').parse(text);
}
