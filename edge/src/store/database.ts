/**
 * The edge's SQLite database: journal of the desired state, sessions, outbox, upload queue.
 * Owns all SQL of the edge. Knows nothing of what the rows mean; a lost database loses no match, since
 * everything needed to rebuild a recording lies in its folder. May import `base` and `shared` only.
 */
import { existsSync, renameSync } from 'node:fs';
import Database from 'better-sqlite3';
import { MIGRATIONS } from './migrations.ts';

export interface Store {
  readonly db: Database.Database;
  close(): void;
}

/**
 * Opens (and creates, mode 0600 by umask of the caller) the database; `:memory:` in tests. One that is broken is set aside
 * as `….broken`, the last one stays, and a new one is begun: recordings need none. `onBroken` is told why.
 */
export function openStore(path: string, onBroken: (error: unknown) => void = () => undefined): Store {
  try {
    return openWhole(path);
  } catch (error) {
    if (!isBroken(error)) throw error;
    onBroken(error);
    for (const suffix of ['', '-wal', '-shm'])
      if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${path}.broken${suffix}`);
    return openWhole(path);
  }
}

function openWhole(path: string): Store {
  const db = new Database(path);
  try {
    // A page that a dying disk took shows now, not in the middle of a match.
    const check = db.pragma('quick_check(1)', { simple: true });
    if (check !== 'ok') throw new Database.SqliteError(String(check), 'SQLITE_CORRUPT');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    migrate(db);
  } catch (error) {
    db.close();
    throw error;
  }
  return { db, close: () => void db.close() };
}

function isBroken(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(?:NOTADB|CORRUPT)/.test(error.code);
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
