/** Rows to test with, straight into the database: clubs, courts, devices, sessions; users with a login each. */
import { createHash } from 'node:crypto';
import { parseSessionId } from '@padelvar/shared/ids';
import type { Role } from '@padelvar/shared/roles';
import type { Insertable } from 'kysely';
import type { Accounts } from '../../src/lib/server/auth/accounts.ts';
import { createBetterAuth } from '../../src/lib/server/auth/better-auth.ts';
import { linkPassword } from '../../src/lib/server/auth/identities.ts';
import type { Db } from '../../src/lib/server/db/database.ts';
import type {
  ClubTable,
  CourtTable,
  DeviceTable,
  MatchSessionTable,
  ScheduleTable,
} from '../../src/lib/server/db/tables.ts';
import { silentLogger } from '../../src/lib/server/log.ts';
import { createPng } from './logo.ts';
import { ORIGIN } from './portal.ts';

/** An instant that all seeded rows share. */
export const SEEDED_AT = Date.UTC(2026, 0, 1);
export const SEED_PASSWORD = 'correct horse battery';
/** As better-auth keeps that password: made once, for making one takes a core 50 ms on purpose, as does checking one. */
const SEED_PASSWORD_HASH =
  '9b6e91cddd402d5f648d2f8267058c74:6e31b25babf9371a9f5aa8865b10eebda8a086751b3cf05f0cdc5de8b6b7834180661b0b082c201075a740d5599b3ff7e7df4b0bf0d913d171703751586298cc';

export interface SeededUser {
  userId: string;
  email: string;
  /** A bearer token. */
  token: string;
  /** The `Cookie` header of a browser. */
  cookie: string;
}

export async function seedClub(
  db: Db,
  id: string,
  columns: Partial<Insertable<ClubTable>> = {},
): Promise<string> {
  await db
    .insertInto('club')
    .values({ id, name: `Club ${id}`, time_zone: 'Europe/Paris', created_at: SEEDED_AT, ...columns })
    .execute();
  return id;
}

/** A user of these clubs, logged in, whose password is SEED_PASSWORD. */
export async function seedUser(
  { db, auth }: { db: Db; auth: Accounts },
  { role, clubIds = [], name = 'someone' }: { role: Role; clubIds?: readonly string[]; name?: string },
): Promise<SeededUser> {
  const email = `${name}@example.test`;
  // Signs nothing here.
  const secret = '7f3c1d9ab2e84f60'.repeat(2);
  const accounts = createBetterAuth({ db, origin: ORIGIN, secret, log: silentLogger });
  const { internalAdapter } = await accounts.$context;
  const { id: userId } = await internalAdapter.createUser(
    { email, name, emailVerified: false, role },
    { method: 'email-password' },
  );
  await linkPassword(accounts, userId, SEED_PASSWORD_HASH);
  for (const clubId of clubIds) {
    await db.insertInto('club_member').values({ club_id: clubId, user_id: userId }).execute();
  }
  const { token, cookies } = await auth.enter(userId, '');
  return { userId, email, token, cookie: cookies.map((line) => line.split(';')[0]).join('; ') };
}

/** Keys are well-formed but nobody's; pass real ones where they matter. */
export async function seedDevice(
  db: Db,
  clubId: string,
  columns: Partial<Insertable<DeviceTable>> = {},
): Promise<string> {
  const id = columns.id ?? `dev_${clubId}00000000`;
  await db
    .insertInto('device')
    .values({
      id,
      club_id: clubId,
      name: 'Mini-PC',
      sign_key: 'A'.repeat(43),
      seal_key: 'CSAL0wY7Mbxp2pU5P4pUFqsWp0oNI1oEVwxFJ1bDLm4',
      generation: 'g1',
      rev: 1,
      epoch: 1,
      online: 0,
      last_seen_at: null,
      build: null,
      lan: '[]',
      clock_offset_ms: null,
      disk_free_bytes: null,
      created_at: SEEDED_AT,
      ...columns,
    })
    .execute();
  return id;
}

export async function seedCourt(
  db: Db,
  clubId: string,
  id: string,
  columns: Partial<Insertable<CourtTable>> = {},
): Promise<string> {
  await db
    .insertInto('court')
    .values({
      id,
      club_id: clubId,
      name: `Court ${id}`,
      device_id: null,
      camera_sealed: null,
      camera_state: 'unknown',
      camera_reason: null,
      created_at: SEEDED_AT,
      ...columns,
    })
    .execute();
  return id;
}

type SessionColumns = Partial<Insertable<MatchSessionTable>>;

/** A session without a recording, open unless `columns` say otherwise. */
export async function seedSession(
  db: Db,
  where: { clubId: string; courtId: string; deviceId: string; ownerId: string },
  columns: SessionColumns = {},
): Promise<string> {
  const id = columns.id ?? `sess_${where.clubId}_${where.courtId}_${SEEDED_AT / 1000}`;
  await db
    .insertInto('match_session')
    .values({
      id,
      club_id: where.clubId,
      court_id: where.courtId,
      device_id: where.deviceId,
      owner_id: where.ownerId,
      opened_at: SEEDED_AT,
      open_deadline_at: SEEDED_AT + 15_000,
      state: 'created',
      ...columns,
    })
    .execute();
  return id;
}

/** A recording of each Sunday evening. */
export async function seedSchedule(
  db: Db,
  clubId: string,
  { id, courtId, byId }: { id: string; courtId: string; byId: string },
  columns: Partial<Insertable<ScheduleTable>> = {},
): Promise<void> {
  await db
    .insertInto('schedule')
    .values({
      id,
      club_id: clubId,
      court_id: courtId,
      label: 'League',
      first_date: '2026-01-01',
      last_date: null,
      time: '20:30',
      weekdays: '["sun"]',
      duration_minutes: 90,
      created_by: byId,
      created_at: SEEDED_AT,
      next_at: Date.UTC(2099, 0, 4, 19, 30),
      ...columns,
    })
    .execute();
}

/** What the camera of that match sent after its codec was changed; it is in the store. */
export async function seedFurtherMovie(db: Db, sessionId: string): Promise<void> {
  const { clubId = '' } = parseSessionId(sessionId) ?? {};
  const upload = { upload_id: `${sessionId}.2`, object_key: `clubs/${clubId}/${sessionId}/2.mp4` };
  const movie = { from_ms: 60_000, duration_ms: 30_000, frames: 750, bytes: 5000 };
  const picture = { reason: 'codec_changed', codec: 'hvc1', width: 1920, height: 1080 };
  await db
    .insertInto('further_movie')
    .values({
      ...{ session_id: sessionId, number: 2, state: 'complete', created_at: SEEDED_AT },
      ...upload,
      ...movie,
      ...picture,
    })
    .execute();
}

/** An invitation of a player that stands for a week. */
export async function seedInvitation(
  db: Db,
  clubId: string,
  { id, token, byId }: { id: string; token: string; byId: string },
): Promise<void> {
  await db
    .insertInto('invitation')
    .values({
      id,
      club_id: clubId,
      token_hash: createHash('sha256').update(token).digest('hex'),
      role: 'PLAYER',
      label: '',
      created_by: byId,
      created_at: SEEDED_AT,
      expires_at: Date.now() + 7 * 24 * 60 * 60_000,
    })
    .execute();
}

/** One pixel of nothing. */
export async function seedLogo(db: Db, clubId: string, version: string): Promise<void> {
  const content = createPng(1, 1, [0, 0, 0, 0]);
  const header = { content_type: 'image/png', width: 1, height: 1 } as const;
  await db
    .insertInto('club_logo')
    .values({ club_id: clubId, version, ...header, stored_at: SEEDED_AT, content })
    .execute();
}

/** Two seconds of a video. */
export async function seedClip(
  db: Db,
  sessionId: string,
  { id, ownerId }: { id: string; ownerId: string },
): Promise<void> {
  const range = { from_ms: 1000, to_ms: 3000, bytes: 1000 };
  await db
    .insertInto('clip')
    .values({
      id,
      session_id: sessionId,
      name: 'Rally',
      ...range,
      created_by: ownerId,
      created_at: SEEDED_AT,
    })
    .execute();
}

/** Somebody objected to a match that nobody recorded. */
export async function seedObjection(
  db: Db,
  clubId: string,
  { id, courtId }: { id: string; courtId: string },
): Promise<void> {
  await db
    .insertInto('objection')
    .values({
      ...{ id, club_id: clubId, court_id: courtId, session_id: null, at: SEEDED_AT },
      ...{ browser_hash: 'b'.repeat(64), message: '', contact: '', state: 'open', created_at: SEEDED_AT },
      ...{ hides_until: null, decided_at: null, decided_by: null },
    })
    .execute();
}

/** A link to a video that stands for a week. */
export async function seedShare(
  db: Db,
  sessionId: string,
  { id, token, ownerId }: { id: string; token: string; ownerId: string },
): Promise<void> {
  await db
    .insertInto('share')
    .values({
      id,
      session_id: sessionId,
      clip_id: null,
      token_hash: createHash('sha256').update(token).digest('hex'),
      label: '',
      can_download: 1,
      created_by: ownerId,
      created_at: SEEDED_AT,
      expires_at: Date.now() + 7 * 24 * 60 * 60_000,
    })
    .execute();
}

/** Columns of a session whose movie is in the library. */
export const WITH_MOVIE: SessionColumns = {
  state: 'complete',
  reason: 'player',
  started_at: SEEDED_AT,
  ended_at: SEEDED_AT + 20_000,
  duration_seconds: 5400,
  elapsed_ms: 20_000,
  movie_state: 'ready',
  movie_bytes: 1_000_000,
  movie_duration_ms: 20_000,
  movie_frames: 500,
  movie_codec: 'avc1',
  movie_width: 1920,
  movie_height: 1080,
  ready_at: SEEDED_AT + 22_000,
};
