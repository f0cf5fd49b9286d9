/** Events on their way to the portal: on disk until the portal has them, the oldest dropped when there are too many. */
import type { Store } from './database.ts';

export interface OutboxEntry {
  seq: number;
  body: string;
}

export interface Outbox {
  /** Answers the entry's number, which no other entry ever has. */
  add(body: string): number;
  /** The oldest entries after `seq`. */
  list(seq: number, limit: number): OutboxEntry[];
  remove(seq: number): void;
}

/** A week without the portal at one event a minute. */
const MAX_ENTRIES = 10_000;

export function createOutbox({ db }: Store): Outbox {
  const insert = db.prepare<[string]>('INSERT INTO outbox (body) VALUES (?)');
  const trim = db.prepare<[number]>('DELETE FROM outbox WHERE seq <= ?');
  const select = db.prepare<[number, number], OutboxEntry>(
    'SELECT seq, body FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const remove = db.prepare<[number]>('DELETE FROM outbox WHERE seq = ?');
  return {
    add: db.transaction((body: string): number => {
      const seq = Number(insert.run(body).lastInsertRowid);
      trim.run(seq - MAX_ENTRIES);
      return seq;
    }),
    list: (seq, limit) => select.all(seq, limit),
    remove: (seq) => void remove.run(seq),
  };
}
