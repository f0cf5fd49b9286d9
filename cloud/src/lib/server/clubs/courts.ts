/** The courts of a club, each with at most one device and one camera whose address only that device can open. */
import { AppError } from '@padelvar/shared/errors';
import type { Court, CourtCreate, CourtUpdate } from '@padelvar/shared/portal-api';
import type { z } from 'zod';
import type { CourtRow } from '../access/objects.ts';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { Page, PageRequest } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';
import type { CourtDevices } from './court-devices.ts';
import { listCourts } from './list-courts.ts';

export interface Courts {
  /** Of one club, or of all that the caller may see. */
  list(caller: Caller, page: PageRequest, clubId?: string): Promise<Page<Court>>;
  create(caller: Caller, clubId: string, input: z.output<typeof CourtCreate>): Promise<Court>;
  /** A court that gets another device loses its camera: the address was sealed to the former one. */
  update(caller: Caller, court: CourtRow, changes: z.output<typeof CourtUpdate>): Promise<Court>;
  /** Throws `court_busy` while a session is open on it. Its videos stay in the library. */
  delete(caller: Caller, court: CourtRow): Promise<void>;
}

export interface CourtsOptions {
  db: Db;
  clock: Clock;
  audit: Audit;
  devices: CourtDevices;
}

export function createCourts({ db, clock, audit, devices }: CourtsOptions): Courts {
  const get = async (courtId: string): Promise<Court> => {
    const { items } = await listCourts(db, devices, { courtIds: [courtId] }, { limit: 1 });
    const [court] = items;
    if (court === undefined) throw new AppError('not_found', `expected the id of a court; found ${courtId}`);
    return court;
  };
  const seal = async (deviceId: string | null, courtId: string, address: string): Promise<string> => {
    if (deviceId === null) {
      throw new AppError('no_device', 'expected a court with an enrolled device before its camera is set', {
        field: 'cameraAddress',
      });
    }
    return JSON.stringify(await devices.sealCamera(deviceId, courtId, address));
  };
  const touchAll = async (...deviceIds: (string | null)[]): Promise<void> => {
    for (const deviceId of new Set(deviceIds)) if (deviceId !== null) await devices.touch(deviceId);
  };

  return {
    async list(caller, page, clubId) {
      if (clubId !== undefined) return listCourts(db, devices, { clubIds: [clubId] }, page);
      const isStaff = caller.role === 'SUPER_ADMIN' || caller.role === 'SUPPORT';
      return listCourts(db, devices, isStaff ? {} : { clubIds: caller.clubIds }, page);
    },
    async create(caller, clubId, { courtId, name, deviceId = null, cameraAddress }) {
      await refuseTaken(db, clubId, courtId);
      await requireDeviceOfClub(db, clubId, deviceId);
      const sealed = cameraAddress === undefined ? null : await seal(deviceId, courtId, cameraAddress);
      await db
        .insertInto('court')
        .values({
          id: courtId,
          club_id: clubId,
          name,
          device_id: deviceId,
          camera_sealed: sealed,
          camera_state: 'unknown',
          camera_reason: null,
          created_at: clock.nowMs(),
        })
        .execute();
      await touchAll(deviceId);
      await audit.record(caller, 'court.create', courtId, { deviceId, camera: sealed !== null });
      return get(courtId);
    },
    async update(caller, court, changes) {
      const { name, deviceId = court.device_id, cameraAddress, warm, audio, lowDelay } = changes;
      const isMoved = deviceId !== court.device_id;
      if (isMoved) {
        await refuseBusy(db, court.id);
        await requireDeviceOfClub(db, court.club_id, deviceId);
      }
      const isNewCamera = isMoved || cameraAddress !== undefined;
      const sealed = cameraAddress === undefined ? null : await seal(deviceId, court.id, cameraAddress);
      await db
        .updateTable('court')
        .set({ name: name ?? court.name, device_id: deviceId })
        .$if(warm !== undefined, (query) => query.set({ warm: warm === true ? 1 : 0 }))
        .$if(audio !== undefined, (query) => query.set({ audio: audio === true ? 1 : 0 }))
        .$if(lowDelay !== undefined, (query) => query.set({ low_delay: lowDelay === true ? 1 : 0 }))
        .$if(isNewCamera, (query) =>
          query.set({ camera_sealed: sealed, camera_state: 'unknown', camera_reason: null }),
        )
        .where('id', '=', court.id)
        .execute();
      await touchAll(court.device_id, deviceId);
      await audit.record(caller, 'court.update', court.id, {
        ...{ deviceId, camera: cameraAddress !== undefined },
        ...(audio === undefined ? {} : { audio }),
      });
      return get(court.id);
    },
    async delete(caller, court) {
      await refuseBusy(db, court.id);
      await db.deleteFrom('court').where('id', '=', court.id).execute();
      await touchAll(court.device_id);
      await audit.record(caller, 'court.delete', court.id);
    },
  };
}

/** Matches outlive their court: an id that another club's carry would mix theirs with those of the new court. */
async function refuseTaken(db: Db, clubId: string, courtId: string): Promise<void> {
  const taken =
    (await db.selectFrom('court').select('id').where('id', '=', courtId).executeTakeFirst()) ??
    (await db
      .selectFrom('match_session')
      .select('id')
      .where('court_id', '=', courtId)
      .where('club_id', '!=', clubId)
      .limit(1)
      .executeTakeFirst());
  if (taken === undefined) return;
  throw new AppError('conflict', `expected an id without a court in the whole portal; ${courtId} is taken`, {
    field: 'courtId',
    fault: 'taken',
  });
}

async function requireDeviceOfClub(db: Db, clubId: string, deviceId: string | null): Promise<void> {
  if (deviceId === null) return;
  const device = await db
    .selectFrom('device')
    .select('id')
    .where('id', '=', deviceId)
    .where('club_id', '=', clubId)
    .executeTakeFirst();
  if (device !== undefined) return;
  throw new AppError(
    'not_found',
    `expected an enrolled device of this club; found no such device ${deviceId}`,
    {
      field: 'deviceId',
    },
  );
}

async function refuseBusy(db: Db, courtId: string): Promise<void> {
  const open = await db
    .selectFrom('match_session')
    .select('id')
    .where('court_id', '=', courtId)
    .where('state', 'not in', ['complete', 'failed'])
    .executeTakeFirst();
  if (open !== undefined)
    throw new AppError('court_busy', `expected a court without an open session; found ${open.id}`);
}
