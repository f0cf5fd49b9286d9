/** The built portal with one club, one device whose keys are here, and one player: a place to bring matches to. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { formatSessionId } from '@padelvar/shared/ids';
import { ADMIN, startBuiltPortal } from '../../cloud/test/support/built-portal.ts';
import type { TestS3 } from '../../cloud/test/support/s3.ts';
import { systemClock as clock } from '../../edge/src/base/clock.ts';
import { createDeviceToken } from '../../edge/src/link/device-token.ts';
import { enroll } from '../../edge/src/link/enroll.ts';
import { loadOrCreateIdentity } from '../../edge/src/link/identity.ts';
import { createPortalClient } from '../../edge/src/link/portal-client.ts';
import type { PortalClient } from '../../edge/src/link/portal-client.ts';
import { createPortalTime } from '../../edge/src/link/portal-time.ts';
import { logIn } from '../system/api-client.ts';
import type { ApiClient } from '../system/api-client.ts';

export interface MatchPortal {
  readonly origin: string;
  /** Of the device. */
  readonly client: PortalClient;
  readonly player: ApiClient;
  readonly login: { email: string; password: string };
  /** A match of the player's that has just ended, and whose movie the device is about to bring. */
  addMatch(durationSeconds: number): { sessionId: string; clubId: string; courtId: string };
  /** Where the store without S3 keeps its objects. */
  readonly storeFolder: string;
  /** Of a movie whose upload was opened. */
  findObjectKey(sessionId: string): string;
  close(): Promise<void>;
}

const CLUB = 'bench';
const COURT = 'court1';
const LOGIN = { email: 'player@example.test', password: 'a match to be watched' };

/** `folder` takes the device's keys. */
export async function openMatchPortal(
  folder: string,
  settings: Record<string, string> = {},
): Promise<MatchPortal> {
  const portal = await startBuiltPortal(settings);
  const { origin, dataDir } = portal;
  const close = async (): Promise<void> => {
    portal.process.kill();
    await portal.ended;
  };
  try {
    const admin = await logIn(origin, ADMIN.email, ADMIN.password);
    await admin.createClub({ clubId: CLUB, name: 'Club Bench', timeZone: 'Europe/Paris' });
    const { userId } = await admin.createUser({
      ...LOGIN,
      ...{ role: 'PLAYER', name: 'Pau Player', clubIds: [CLUB] },
    });
    const { client, deviceId } = await enrollDevice(folder, origin, admin);
    const court = { courtId: COURT, name: 'Court 1', deviceId };
    await admin.createCourt(CLUB, court);
    let openedAtSeconds = Math.floor(clock.nowMs() / 1000) - 3 * 24 * 3600;
    return {
      ...{ origin, client, login: LOGIN, close },
      player: await logIn(origin, LOGIN.email, LOGIN.password),
      storeFolder: dataDir,
      findObjectKey: (sessionId) =>
        openDatabase(dataDir, (database) => {
          const select = database.prepare('select object_key from upload where session_id = ?');
          return (select.get(sessionId) as { object_key: string }).object_key;
        }),
      addMatch(durationSeconds) {
        openedAtSeconds += 6 * 3600;
        const ids = { clubId: CLUB, courtId: COURT };
        const sessionId = formatSessionId({ ...ids, openedAtSeconds });
        insertMatch(dataDir, { sessionId, ...ids, deviceId, userId, durationSeconds });
        return { sessionId, ...ids };
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The portal's settings for that bucket. */
export function s3SettingsOf({ server, settings }: TestS3): Record<string, string> {
  return {
    PADELVAR_S3_ENDPOINT: server.endpoint,
    PADELVAR_S3_BUCKET: settings.bucket,
    PADELVAR_S3_ACCESS_KEY_ID: server.accessKeyId,
    PADELVAR_S3_SECRET_ACCESS_KEY: server.secretAccessKey,
  };
}

async function enrollDevice(
  folder: string,
  origin: string,
  admin: ApiClient,
): Promise<{ client: PortalClient; deviceId: string }> {
  const place = { clubId: CLUB, name: 'Equipment room' };
  const { token } = await admin.enroll(place);
  const identityFolder = join(folder, 'identity');
  const enrollment = await enroll({ identityFolder, portalOrigin: origin, token });
  const identity = await loadOrCreateIdentity(identityFolder);
  const time = createPortalTime(clock);
  const client = createPortalClient(origin, createDeviceToken({ enrollment, identity, clock, time }));
  return { client, deviceId: enrollment.deviceId };
}

interface Match {
  sessionId: string;
  clubId: string;
  courtId: string;
  deviceId: string;
  userId: string;
  durationSeconds: number;
}

function insertMatch(dataDir: string, match: Match): void {
  const openedAt = Number(match.sessionId.split('_').at(-1)) * 1000;
  const row: Record<string, string | number> = {
    ...{ id: match.sessionId, club_id: match.clubId, court_id: match.courtId, device_id: match.deviceId },
    ...{ owner_id: match.userId, opened_at: openedAt, open_deadline_at: openedAt, state: 'complete' },
    ...{ reason: 'player', start_requested_at: openedAt, started_at: openedAt },
    ...{ duration_seconds: match.durationSeconds, ended_at: openedAt + match.durationSeconds * 1000 },
    ...{ elapsed_ms: match.durationSeconds * 1000, movie_state: 'uploading' },
  };
  const names = Object.keys(row);
  const values = names.map((name) => `@${name}`).join(', ');
  openDatabase(dataDir, (database) =>
    database.prepare(`insert into match_session (${names.join(', ')}) values (${values})`).run(row),
  );
}

/** The portal is running; SQLite's write-ahead log lets both write in turn. */
function openDatabase<Answer>(dataDir: string, act: (database: Database.Database) => Answer): Answer {
  const database = new Database(join(dataDir, 'portal.db'), { timeout: 10_000 });
  try {
    return act(database);
  } finally {
    database.close();
  }
}
