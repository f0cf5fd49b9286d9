/**
 * Enrolment: a single-use token, shown once and stored hashed, is traded for a device with registered keys.
 * The same token with the same keys gives the same device again, so that a power cut between does no harm.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { EnrollRequest } from '@padelvar/shared/edge-api';
import { AppError } from '@padelvar/shared/errors';
import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../clock.ts';
import type { DeviceEnrollmentTable, Tables } from '../db/tables.ts';
import { transact } from '../db/transact.ts';

const ENROLLMENT_LIFE_MS = 24 * 60 * 60 * 1000;

export async function createEnrollment(
  db: Kysely<Tables>,
  clock: Clock,
  { clubId, name }: { clubId: string; name: string },
): Promise<{ token: string; expiresAtMs: number }> {
  // It is typed behind `--token`: one that began with a dash would be taken for an option.
  const token = `enroll_${randomBytes(24).toString('base64url')}`;
  const expiresAtMs = clock.nowMs() + ENROLLMENT_LIFE_MS;
  await db
    .insertInto('device_enrollment')
    .values({ token_hash: hashOf(token), club_id: clubId, name, expires_at: expiresAtMs, device_id: null })
    .execute();
  return { token, expiresAtMs };
}

export function enroll(
  db: Kysely<Tables>,
  clock: Clock,
  request: EnrollRequest,
): Promise<{ deviceId: string }> {
  return transact(db, async (trx) => {
    const row = await trx
      .selectFrom('device_enrollment')
      .selectAll()
      .where('token_hash', '=', hashOf(request.token))
      .executeTakeFirst();
    if (row === undefined) throw new AppError('unauthenticated', 'this enrolment token is not known');
    if (row.device_id !== null) return repeat(trx, row.device_id, request);
    if (clock.nowMs() >= row.expires_at) throw new AppError('gone', 'this enrolment token has expired');
    return register(trx, clock, row, request);
  });
}

async function repeat(
  trx: Transaction<Tables>,
  deviceId: string,
  request: EnrollRequest,
): Promise<{ deviceId: string }> {
  const device = await trx
    .selectFrom('device')
    .select(['sign_key', 'seal_key'])
    .where('id', '=', deviceId)
    .executeTakeFirst();
  if (device?.sign_key === request.signKey && device.seal_key === request.sealKey) return { deviceId };
  throw spent();
}

async function register(
  trx: Transaction<Tables>,
  clock: Clock,
  enrollment: DeviceEnrollmentTable,
  request: EnrollRequest,
): Promise<{ deviceId: string }> {
  const deviceId = `dev_${randomBytes(8).toString('hex')}`;
  const { numUpdatedRows } = await trx
    .updateTable('device_enrollment')
    .set({ device_id: deviceId })
    .where('token_hash', '=', enrollment.token_hash)
    .where('device_id', 'is', null)
    .executeTakeFirst();
  // Of two that come at once, one finds the token spent, whatever the database's transactions see of each other.
  if (numUpdatedRows === 0n) throw spent();
  await trx
    .insertInto('device')
    .values({
      id: deviceId,
      club_id: enrollment.club_id,
      name: enrollment.name,
      sign_key: request.signKey,
      seal_key: request.sealKey,
      generation: randomBytes(8).toString('hex'),
      rev: 1,
      epoch: 0,
      online: 0,
      last_seen_at: null,
      build: null,
      lan: '[]',
      clock_offset_ms: null,
      disk_free_bytes: null,
      created_at: clock.nowMs(),
    })
    .execute();
  return { deviceId };
}

function spent(): AppError {
  return new AppError('gone', 'this enrolment token has been used already');
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
