/** `/api/store/…`: the folder store's signed addresses. They carry their own proof, so nobody logs in here. */
import { STORE_PATH } from '../storage/folder-store.ts';
import { createSection } from './describe.ts';
import type { Services } from './services.ts';

export function storeRoutes({ storage: { fetchStored } }: Services) {
  const section = createSection();
  if (fetchStored !== undefined) {
    section.on(['GET', 'PUT'], `${STORE_PATH}/*`, (c) => fetchStored(c.req.raw));
  }
  return section;
}
