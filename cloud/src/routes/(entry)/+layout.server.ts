import { redirect } from '@sveltejs/kit';
import { parseNext } from '#lib/client/next-path.ts';
import type { LayoutServerLoad } from './$types';

/** Who is logged in has nothing to do on these. */
const FOR_STRANGERS: readonly (string | null)[] = ['/(entry)/login', '/(entry)/register'];

export const load: LayoutServerLoad = ({ locals, url, route }) => {
  if (locals.caller !== undefined && FOR_STRANGERS.includes(route.id)) {
    redirect(303, parseNext(url.searchParams.get('next')));
  }
  return { mail: locals.portal.services.mail.enabled };
};
