/** A look through a camera before it is stored: its address is sealed for the club's device, tried there and forgotten. */
import { AppError } from '@padelvar/shared/errors';
import type { CameraTest } from '@padelvar/shared/link';
import type { CameraTestRequest } from '@padelvar/shared/portal-api';
import type { z } from 'zod';
import type { Db } from '../db/database.ts';
import type { Devices } from '../devices/devices.ts';

export interface CameraTestOptions {
  db: Db;
  devices: Pick<Devices, 'command' | 'sealCamera'>;
}

/** The device probes for up to 5 s and waits for a picture for up to 8 s. */
const ANSWER_MS = 15_000;

/** Throws `camera_…` as the device says it, `device_offline`, `court_busy`, and `timeout` from a device that knows no such test. */
export async function testCamera(
  clubId: string,
  { courtId, deviceId, cameraAddress }: z.output<typeof CameraTestRequest>,
  { db, devices }: CameraTestOptions,
): Promise<CameraTest> {
  await requireOwn(db, clubId, { courtId, deviceId });
  const camera =
    cameraAddress === undefined ? {} : { camera: await devices.sealCamera(deviceId, courtId, cameraAddress) };
  const action = { type: 'test-camera', courtId, ...camera } as const;
  const reply = await devices.command(deviceId, action, { expiresInMs: ANSWER_MS });
  if (reply.error !== undefined) throw new AppError(reply.error.kind, reply.error.message);
  if (reply.camera === undefined) throw new AppError('internal', 'expected a picture in the device’s reply');
  return reply.camera;
}

/** Device and court are of this club, and nobody plays: many cameras give one picture at a time. */
async function requireOwn(
  db: Db,
  clubId: string,
  { courtId, deviceId }: { courtId: string; deviceId: string },
): Promise<void> {
  const device = await db
    .selectFrom('device')
    .select('id')
    .where('id', '=', deviceId)
    .where('club_id', '=', clubId)
    .executeTakeFirst();
  if (device === undefined) {
    throw new AppError('not_found', 'expected a device of this club; found none', { field: 'deviceId' });
  }
  const court = await db.selectFrom('court').select('club_id').where('id', '=', courtId).executeTakeFirst();
  if (court !== undefined && court.club_id !== clubId) {
    throw new AppError('conflict', 'expected an id without a court, or a court of this club', {
      field: 'courtId',
    });
  }
  const open = await db
    .selectFrom('match_session')
    .select('id')
    .where('court_id', '=', courtId)
    .where('state', 'not in', ['complete', 'failed'])
    .executeTakeFirst();
  if (open !== undefined) throw new AppError('court_busy', 'expected a court on which nobody plays');
}
