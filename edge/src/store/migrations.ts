/** The edge database's schema, step by step. A step that has been released never changes. */

export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
   CREATE TABLE session (id TEXT PRIMARY KEY, body TEXT NOT NULL, ended_at INTEGER) STRICT;
   CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT;
   CREATE TABLE upload (session_id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;`,
];
