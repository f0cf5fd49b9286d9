import { requireMe } from '../guard.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = (event) => ({ me: requireMe(event) });
