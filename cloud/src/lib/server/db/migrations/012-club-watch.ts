/** What the portal knows of a device's line and page: its limits, its port, and when a movie will be ready. */
import type { Kysely } from 'kysely';

export async function createClubWatch(db: Kysely<unknown>): Promise<void> {
  for (const column of ['lan_port', 'uplink_kbit_per_second', 'keep_uploaded_hours'])
    await db.schema.alterTable('device').addColumn(column, 'integer').execute();
  await db.schema.alterTable('device').addColumn('uplink', 'text').execute();
  await db.schema.alterTable('match_session').addColumn('ready_in_ms', 'bigint').execute();
}
