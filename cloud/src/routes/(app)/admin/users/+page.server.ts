import { requireMe } from '../../../guard.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => {
  requireMe(event, ['SUPER_ADMIN', 'SUPPORT']);
};
