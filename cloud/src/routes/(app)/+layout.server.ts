import { requireMe } from '../guard.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async (event) => ({
  me: requireMe(event),
  /** Where movies lie; undefined where the portal has them itself. */
  storageOrigin: await event.locals.portal.services.storage.findOrigin(),
});
