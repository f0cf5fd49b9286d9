/** Which session a device may upload for: its own, once it was to be recorded, while its video is wanted. */
import { AppError } from '@padelvar/shared/errors';
import type { Selectable } from 'kysely';
import type { Db } from '../db/database.ts';
import type { MatchSessionTable } from '../db/tables.ts';

export type SessionRow = Selectable<MatchSessionTable>;

/** Another device's session reads the same as none. `gone` once the video was deleted. */
export async function getUploadSession(db: Db, deviceId: string, sessionId: string): Promise<SessionRow> {
  const session = await db
    .selectFrom('match_session')
    .selectAll()
    .where('id', '=', sessionId)
    .where('device_id', '=', deviceId)
    .executeTakeFirst();
  if (session === undefined) throw new AppError('not_found', 'expected a session of this device');
  if (session.movie_state === 'deleted') throw new AppError('gone', 'this video has been deleted');
  if (session.start_requested_at === null && session.started_at === null) {
    throw new AppError('conflict', 'expected a session that has been recorded');
  }
  return session;
}
