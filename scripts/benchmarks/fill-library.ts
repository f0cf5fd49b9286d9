/** A library as large as a club's of years: copies of one match's row in the portal's own database. */
import Database from 'better-sqlite3';

const HOUR_MS = 3_600_000;
/** Who play in turn. */
const PLAYERS = 100;
/** Long ago enough that no session of this run has such an id. */
const FIRST_SECOND = 1_000_000_000;

/** The portal is running; SQLite's write-ahead log lets both write in turn. */
export function fillLibrary(path: string, sessionId: string, videos: number): void {
  const database = new Database(path, { timeout: 10_000 });
  try {
    const columns = database.pragma('table_info(match_session)') as { name: string }[];
    const prefix = sessionId.slice(0, sessionId.lastIndexOf('_') + 1);
    const value = (name: string): string => {
      if (name === 'owner_id')
        return `case n % ${String(PLAYERS)} when 0 then owner_id else 'player' || n % ${String(PLAYERS)} end`;
      if (name === 'id') return `'${prefix}' || (${String(FIRST_SECOND)} + n)`;
      return /_at$/.test(name) ? `${name} - n * ${String(HOUR_MS)}` : name;
    };
    const names = columns.map(({ name }) => name);
    database
      .prepare(
        `with recursive counted(n) as (select 1 union all select n + 1 from counted where n < ?)
         insert into match_session (${names.join(', ')})
         select ${names.map(value).join(', ')} from match_session, counted where id = ?`,
      )
      .run(videos, sessionId);
  } finally {
    database.close();
  }
}
