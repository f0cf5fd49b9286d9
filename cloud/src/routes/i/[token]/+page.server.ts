import { findMe } from '../../guard.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => ({ me: findMe(locals) });
