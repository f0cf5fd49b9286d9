/** Which recording notice was shown at a match's start: kept with the session, and read back in its words. */
import { findNotice, type ShownNotice } from '@padelvar/shared/recording-notice';
import type { Db } from '../db/database.ts';
import type { SessionRow } from '../sessions/session-view.ts';

/** The first one stays: a repeated start shows nothing new. */
export async function keepNotice(db: Db, sessionId: string, notice: ShownNotice): Promise<void> {
  await db
    .updateTable('match_session')
    .set({ notice_version: notice.version, notice_language: notice.language })
    .where('id', '=', sessionId)
    .where('notice_version', 'is', null)
    .execute();
}

/** Null where a program started the match, which shows nobody anything. */
export function describeNotice({
  notice_version: version,
  notice_language: language,
}: Pick<SessionRow, 'notice_version' | 'notice_language'>) {
  if (version === null || language === null) return null;
  return { version, language, text: findNotice(version, language) ?? '' };
}
