/** The language of a request (cookie, then the browser's wish, then English), for `hooks.server.ts`. */
import type { Handle } from '@sveltejs/kit/hooks';
import { paraglideMiddleware } from '#lib/paraglide/server.js';

/** Runs the request in its language and writes that language into the page's `lang`. */
export const handleLanguage: Handle = ({ event, resolve }) =>
  paraglideMiddleware(event.request, ({ request, locale }) =>
    resolve({ ...event, request }, { transformPageChunk: ({ html }) => html.replace('%lang%', locale) }),
  );
