/** What the line was last seen to carry, so that a restarted daemon need not find out anew. */
import type { Store } from './database.ts';

export interface UplinkMemory {
  /** Kilobits per second; undefined where nobody has measured. */
  load(): number | undefined;
  save(kbitPerSecond: number): void;
}

const KEY = 'uplink_kbit_per_second';
/** Less of a change is not worth a write. */
const WORTH_SAVING = 0.1;

export function createUplinkMemory({ db }: Pick<Store, 'db'>): UplinkMemory {
  const load = (): number | undefined => {
    const row = db.prepare<[string], { value: string }>('SELECT value FROM setting WHERE key = ?').get(KEY);
    const kbit = Number(row?.value);
    return Number.isFinite(kbit) && kbit > 0 ? kbit : undefined;
  };
  let saved = load();
  return {
    load,
    save(kbitPerSecond) {
      if (saved !== undefined && Math.abs(kbitPerSecond / saved - 1) < WORTH_SAVING) return;
      saved = kbitPerSecond;
      db.prepare(
        'INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      ).run(KEY, String(Math.round(kbitPerSecond)));
    },
  };
}
