/**
 * The language of a request (cookie, then the browser's wish, then the portal's own), for `hooks.server.ts`. Where the
 * browser wishes for none of ours, the portal's is kept in the cookie, so that the page's script takes the same.
 */
import type { RequestEvent } from '@sveltejs/kit';
import type { Handle } from '@sveltejs/kit/hooks';
import { cookieName, isLocale } from '#lib/paraglide/runtime.js';
import { paraglideMiddleware } from '#lib/paraglide/server.js';
import { wishesForOneOf } from './wished-language.ts';

const COOKIE_SECONDS = 400 * 24 * 60 * 60;

/** Runs the request in its language and writes that language into the page's `lang`. */
export const handleLanguage: Handle = async ({ event, resolve }) =>
  paraglideMiddleware(await withPortalLanguage(event), ({ request, locale }) =>
    resolve({ ...event, request }, { transformPageChunk: ({ html }) => html.replace('%lang%', locale) }),
  );

async function withPortalLanguage({ request, locals, cookies }: RequestEvent): Promise<Request> {
  const isPage = request.method === 'GET' && request.headers.get('accept')?.includes('text/html') === true;
  if (!isPage || cookies.get(cookieName) !== undefined) return request;
  if (wishesForOneOf(isLocale, request.headers.get('accept-language'))) return request;
  const { defaultLanguage } = await locals.portal.services.portalSettings.get();
  cookies.set(cookieName, defaultLanguage, {
    ...{ path: '/', maxAge: COOKIE_SECONDS, sameSite: 'lax', httpOnly: false },
  });
  const headers = new Headers(request.headers);
  headers.set('accept-language', defaultLanguage);
  return new Request(request, { headers });
}
