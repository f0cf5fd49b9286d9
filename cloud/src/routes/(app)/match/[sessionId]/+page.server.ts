import { requireMe, requireSessionId } from '../../../guard.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => {
  requireMe(event);
  requireSessionId(event.params);
};
