/** What the device remembers of its sessions between two starts of the daemon. */
import { ReportedSession } from '@padelvar/shared/link';
import { ClubId } from '@padelvar/shared/ids';
import { z } from 'zod';
import type { Store } from './database.ts';

export const StoredSession = z.object({
  clubId: ClubId,
  report: ReportedSession,
  /** Wall-clock milliseconds at which it ended, by the device. */
  endedAtMs: z.number().nullable(),
});
export type StoredSession = z.infer<typeof StoredSession>;

export interface SessionStore {
  save(session: StoredSession): void;
  /** Newest first. */
  list(limit: number): StoredSession[];
  remove(sessionId: string): void;
  /** Removes all others. */
  keep(sessionIds: readonly string[]): void;
}

export function createSessionStore({ db }: Store): SessionStore {
  const upsert = db.prepare(
    'INSERT INTO session (id, body, ended_at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body, ended_at = excluded.ended_at',
  );
  const select = db.prepare('SELECT body FROM session ORDER BY ended_at IS NOT NULL, ended_at DESC LIMIT ?');
  const dropOthers = db.prepare('DELETE FROM session WHERE id NOT IN (SELECT value FROM json_each(?))');
  const drop = db.prepare('DELETE FROM session WHERE id = ?');
  return {
    save: (session) => void upsert.run(session.report.sessionId, JSON.stringify(session), session.endedAtMs),
    list: (limit) => (select.all(limit) as { body: string }[]).flatMap(({ body }) => parseSession(body)),
    remove: (sessionId) => void drop.run(sessionId),
    keep: (sessionIds) => void dropOthers.run(JSON.stringify(sessionIds)),
  };
}

/** A row that can't be read any more is left out: what it told of lies in the session's folder too. */
function parseSession(body: string): StoredSession[] {
  try {
    return [StoredSession.parse(JSON.parse(body))];
  } catch {
    return [];
  }
}
