/** Matches of the last weeks, of which nothing but the numbers is left: put into the portal's database as copies of one that was played. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Lab } from './lab.ts';

const DAY_MS = 24 * 60 * 60_000;
const DAYS = 26;

/** On two courts, more on some days than on others, none on every seventh; some fail. */
export function addPastMatches({ system }: Lab, sessionId: string): void {
  const db = new Database(join(system.portalDataDir, 'portal.db'));
  const played = db.prepare('select * from match_session where id = ?').get(sessionId) as object;
  const columns = Object.keys(played);
  const insert = db.prepare(
    `insert into match_session (${columns.join(', ')}) values (${columns.map((name) => `@${name}`).join(', ')})`,
  );
  const insertAll = db.transaction((matches: readonly object[]) => {
    for (const match of matches) insert.run({ ...played, ...match });
  });
  insertAll(Array.from({ length: DAYS }, (_, index) => planDay(index + 1)).flat());
  db.close();
}

function planDay(daysAgo: number): object[] {
  if (daysAgo % 7 === 0) return [];
  return Array.from({ length: 1 + ((daysAgo * 5) % 4) }, (_, index) => {
    const court_id = index % 3 === 2 ? 'court2' : 'court1';
    const at = Date.now() - daysAgo * DAY_MS + index * 1000;
    const id = `sess_demo_${court_id}_${String(Math.floor(at / 1000))}`;
    const times = { opened_at: at, started_at: at, ended_at: at };
    const isFailed = daysAgo % 6 === 1 && index === 0;
    return isFailed
      ? { id, court_id, ...times, started_at: null, elapsed_ms: 0, movie_duration_ms: null, state: 'failed' }
      : { id, court_id, ...times, movie_duration_ms: (60 + 15 * index) * 60_000, movie_state: 'deleted' };
  });
}
