/**
 * The edge's SQLite database: journal of the desired state, sessions, outbox, upload queue.
 * Owns all SQL of the edge. Knows nothing of what the rows mean; a lost database loses no match, since
 * everything needed to rebuild a recording lies in its folder. May import `base` and `shared` only.
 */
import Database from 'better-sqlite3';
import { MIGRATIONS } from './migrations.ts';

export interface Store {
  readonly db: Database.Database;
  close(): void;
}

/** Opens (and creates, mode 0600 by umask of the caller) the database; `:memory:` in tests. */
export function openStore(path: string): Store {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  migrate(db);
  return { db, close: () => void db.close() };
}

function migrate(db: Database.Database): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${String(index + 1)}`);
    })();
  }
}
