/** What keeps movies from the store, by the device on which they wait: read from the notes on its sessions. */
import type { Device } from '@padelvar/shared/portal-api';
import { StorageTrouble } from '@padelvar/shared/storage-trouble';
import type { Db } from '../db/database.ts';

/** Where several things are wrong, the one that most movies wait for. */
export async function findTroubles(
  db: Db,
  deviceIds: string[],
): Promise<Map<string, NonNullable<Device['storage']>>> {
  const rows = await db
    .selectFrom('match_session')
    .select(['device_id', 'storage_trouble', (eb) => eb.fn.countAll<number>().as('movies')])
    .where('device_id', 'in', deviceIds)
    .where('storage_trouble', 'is not', null)
    .where('movie_state', 'in', ['recording', 'uploading'])
    .groupBy(['device_id', 'storage_trouble'])
    .execute();
  const found = new Map<string, NonNullable<Device['storage']>>();
  for (const row of rows.sort((a, b) => a.movies - b.movies)) {
    const trouble = StorageTrouble.safeParse(row.storage_trouble).data;
    if (trouble === undefined) continue;
    const waiting = (found.get(row.device_id)?.waiting ?? 0) + row.movies;
    found.set(row.device_id, { trouble, waiting });
  }
  return found;
}
