/** Two clubs and everybody in them: what the permission table is tried on. `north` holds all objects. */
import type { Services } from '../../src/lib/server/api/services.ts';
import type { Db } from '../../src/lib/server/db/database.ts';
import {
  SEEDED_AT,
  seedClip,
  seedClub,
  seedCourt,
  seedDevice,
  seedFurtherMovie,
  seedInvitation,
  seedLogo,
  seedObjection,
  seedSchedule,
  seedSession,
  seedShare,
  seedUser,
  WITH_MOVIE,
} from './seed.ts';

export const OPEN_SESSION = 'sess_north_n1_1767225600';
export const MOVIE_SESSION = 'sess_north_n2_1767225600';
export const DELETED_SESSION = 'sess_north_n2_1767225601';
export const CLIP_ID = '00aa11bb22cc33dd';
export const SHARE_ID = '0123456789abcdef';
export const SHARE_TOKEN = 'share-token-of-32-characters-000';
export const SCHEDULE_ID = '00112233445566ff';
export const INVITATION_ID = 'fedcba9876543210';
export const INVITATION_TOKEN = 'invitation-of-32-characters-0000';
export const OBJECTION_ID = '0f0f0f0f0f0f0f0f';
export const LOGO_VERSION = '00112233445566778899aabbccddeeff';
export const DEVICE = 'dev_north00000000';

/** Who asks, by what they are to north's objects. */
export const CALLERS = [
  'nobody',
  'super',
  'support',
  'admin',
  'owner',
  'participant',
  'member',
  'foreignAdmin',
  'foreigner',
] as const;
export type CallerName = (typeof CALLERS)[number];

export interface World {
  /** Bearer tokens. */
  tokens: Record<Exclude<CallerName, 'nobody'>, string>;
  /** Of logins, which outlive the tokens. */
  cookies: World['tokens'];
  /** A player of north, for administration. */
  targetId: string;
  participantId: string;
  /** All rows as they were; of users the roles alone, which a club takes along when it goes. */
  reset(): Promise<void>;
}

export async function createWorld(services: Services): Promise<World> {
  const { db } = services;
  const make = async (name: string, role: 'SUPER_ADMIN' | 'SUPPORT' | 'CLUB_ADMIN' | 'PLAYER') =>
    seedUser(services, { role, name });
  const users = {
    super: await make('super', 'SUPER_ADMIN'),
    support: await make('support', 'SUPPORT'),
    admin: await make('admin', 'CLUB_ADMIN'),
    owner: await make('owner', 'PLAYER'),
    participant: await make('participant', 'PLAYER'),
    member: await make('member', 'PLAYER'),
    foreignAdmin: await make('foreign-admin', 'CLUB_ADMIN'),
    foreigner: await make('foreigner', 'PLAYER'),
  };
  const target = await make('target', 'PLAYER');
  const members = [
    ...[users.admin, users.owner, users.member, target].map((user) => ['north', user.userId] as const),
    ...[users.participant, users.foreignAdmin, users.foreigner].map(
      (user) => ['south', user.userId] as const,
    ),
  ];
  const pick = (what: 'token' | 'cookie') =>
    Object.fromEntries(Object.entries(users).map(([name, user]) => [name, user[what]])) as World['tokens'];
  const reset = () =>
    db.transaction().execute(async (trx) => {
      await clear(trx);
      const administrators = [users.admin.userId, users.foreignAdmin.userId];
      await trx.updateTable('user').set({ role: 'CLUB_ADMIN' }).where('id', 'in', administrators).execute();
      await fill(trx, members, { ownerId: users.owner.userId, participantId: users.participant.userId });
    });
  await reset();
  return {
    ...{ tokens: pick('token'), cookies: pick('cookie') },
    ...{ targetId: target.userId, participantId: users.participant.userId, reset },
  };
}

async function clear(db: Db): Promise<void> {
  await db.deleteFrom('match_session').execute();
  await db.deleteFrom('club').execute();
}

async function fill(
  db: Db,
  members: readonly (readonly [string, string])[],
  { ownerId, participantId }: { ownerId: string; participantId: string },
): Promise<void> {
  await seedClub(db, 'north');
  await seedClub(db, 'south');
  await db
    .insertInto('club_member')
    .values(members.map(([clubId, userId]) => ({ club_id: clubId, user_id: userId })))
    .execute();
  await seedDevice(db, 'north');
  for (const courtId of ['n1', 'n2', 'n3']) await seedCourt(db, 'north', courtId, { device_id: DEVICE });
  const where = { clubId: 'north', deviceId: DEVICE, ownerId };
  await seedSession(db, { ...where, courtId: 'n1' }, { id: OPEN_SESSION });
  await seedSession(db, { ...where, courtId: 'n2' }, { ...WITH_MOVIE, id: MOVIE_SESSION });
  await seedFurtherMovie(db, MOVIE_SESSION);
  const deleted = { ...WITH_MOVIE, movie_state: 'deleted', deleted_at: SEEDED_AT } as const;
  await seedSession(db, { ...where, courtId: 'n2' }, { ...deleted, id: DELETED_SESSION });
  const participants = [OPEN_SESSION, MOVIE_SESSION, DELETED_SESSION].map((id) => ({
    session_id: id,
    user_id: participantId,
  }));
  await db.insertInto('session_participant').values(participants).execute();
  await seedSchedule(db, 'north', { id: SCHEDULE_ID, courtId: 'n3', byId: ownerId });
  await seedInvitation(db, 'north', { id: INVITATION_ID, token: INVITATION_TOKEN, byId: ownerId });
  await seedClip(db, MOVIE_SESSION, { id: CLIP_ID, ownerId });
  await seedShare(db, MOVIE_SESSION, { id: SHARE_ID, token: SHARE_TOKEN, ownerId });
  await seedLogo(db, 'north', LOGO_VERSION);
  await seedObjection(db, 'north', { id: OBJECTION_ID, courtId: 'n2' });
}
