/** Both kinds of store that a portal may have, for tests of what must hold on either. */
import { isLongRun } from '../../../edge/test/support/figures.ts';
import type { Settings } from '../../src/lib/server/settings.ts';
import { openTestS3 } from './s3.ts';
import { findTestPostgres } from './test-database.ts';

export interface TestStore {
  settings: Pick<Settings, 's3'>;
  close(): Promise<void>;
}

export type StoreKind = 'folder' | 's3';

/** On PostgreSQL the folder alone, unless the run is the long one: which store it is asks the same of the database. */
export const STORES: readonly StoreKind[] =
  findTestPostgres() === undefined || isLongRun ? ['folder', 's3'] : ['folder'];

export async function openTestStore(kind: StoreKind): Promise<TestStore> {
  if (kind === 'folder') return { settings: { s3: undefined }, close: () => Promise.resolve() };
  const { server, settings } = await openTestS3();
  return { settings: { s3: settings }, close: () => server.close() };
}
