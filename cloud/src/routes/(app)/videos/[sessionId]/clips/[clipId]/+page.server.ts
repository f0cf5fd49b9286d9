import { requireMe, requireSessionId } from '../../../../../guard.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => {
  requireMe(event, ['SUPER_ADMIN', 'CLUB_ADMIN', 'PLAYER']);
  requireSessionId(event.params);
};
