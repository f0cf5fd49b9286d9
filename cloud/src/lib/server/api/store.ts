/** `/api/store/…`: the folder store's signed addresses. They carry their own proof, so nobody logs in here. */
import { STORE_PATH } from '../storage/folder-store.ts';
import { createFolderHandler } from '../storage/folder-handler.ts';
import { createSection } from './describe.ts';
import type { Services } from './services.ts';

export function storeRoutes({ store, clock }: Services) {
  const handle = createFolderHandler(store, clock);
  const section = createSection();
  section.on(['GET', 'PUT'], `${STORE_PATH}/*`, (c) => handle(c.req.raw));
  return section;
}
