import { redirect } from '@sveltejs/kit';
import { parseNext } from '#lib/client/next-path.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals, url }) => {
  if (locals.caller !== undefined) redirect(303, parseNext(url.searchParams.get('next')));
};
