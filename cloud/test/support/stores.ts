/** Both kinds of store that a portal may have, for tests of what must hold on either. */
import { openTestS3 } from './s3.ts';
import type { Settings } from '../../src/lib/server/settings.ts';

export interface TestStore {
  settings: Pick<Settings, 's3'>;
  close(): Promise<void>;
}

export const STORES = ['folder', 's3'] as const;

export async function openTestStore(kind: (typeof STORES)[number]): Promise<TestStore> {
  if (kind === 'folder') return { settings: { s3: undefined }, close: () => Promise.resolve() };
  const { server, settings } = await openTestS3();
  return { settings: { s3: settings }, close: () => server.close() };
}
