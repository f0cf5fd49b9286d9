/** What the link must remember over a restart: the last desired document, and the epochs it has used. */
import { Desired } from '@padelvar/shared/link';
import type { Store } from './database.ts';

export interface Journal {
  /** The last accepted document, or undefined at the first start (or where it can't be read any more). */
  loadDesired(): Desired | undefined;
  /** On disk when it returns. */
  saveDesired(desired: Desired): void;
  /** Generations that the portal has left behind, oldest first. */
  pastGenerations(): string[];
  /**
   * A number higher than any that an earlier start or connection has had: Unix seconds where the clock allows, so
   * that it is so even after the database was lost.
   */
  nextEpoch(nowMs: number): number;
  /** The key by which the portal signs links to this device's page. */
  loadWatchKey(): string | undefined;
  saveWatchKey(key: string): void;
}

const MAX_PAST_GENERATIONS = 20;

export function createJournal({ db }: Store): Journal {
  const select = db.prepare<[string], { value: string }>('SELECT value FROM setting WHERE key = ?');
  const upsert = db.prepare<[string, string]>(
    'INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  const loadDesired = (): Desired | undefined => parseDesired(select.get('desired')?.value);
  const pastGenerations = (): string[] =>
    JSON.parse(select.get('past_generations')?.value ?? '[]') as string[];

  const saveDesired = db.transaction((desired: Desired) => {
    const left = loadDesired()?.generation;
    if (left !== undefined && left !== desired.generation) {
      const past = [...pastGenerations(), left].slice(-MAX_PAST_GENERATIONS);
      upsert.run('past_generations', JSON.stringify(past));
    }
    upsert.run('desired', JSON.stringify(desired));
  });
  const nextEpoch = db.transaction((nowMs: number): number => {
    const last = Number(select.get('epoch')?.value ?? '0');
    const epoch = Math.max(last + 1, Math.floor(nowMs / 1000));
    upsert.run('epoch', String(epoch));
    return epoch;
  });
  const loadWatchKey = (): string | undefined => select.get('watch_key')?.value;
  const saveWatchKey = (key: string): void => {
    if (key !== loadWatchKey()) upsert.run('watch_key', key);
  };
  return { loadDesired, saveDesired, pastGenerations, nextEpoch, loadWatchKey, saveWatchKey };
}

function parseDesired(text: string | undefined): Desired | undefined {
  if (text === undefined) return undefined;
  return Desired.safeParse(JSON.parse(text)).data;
}
