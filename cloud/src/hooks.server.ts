/** SvelteKit's door: starts the portal once, says who is asking, guards pages, sets security headers. */
import { sequence, type Handle, type ServerInit } from '@sveltejs/kit/hooks';
import { AppError } from '@padelvar/shared/errors';
import { isForged } from '#lib/server/access/forged-request.ts';
import { createApp, type App } from '#lib/server/app.ts';
import { parseSettings } from '#lib/server/settings.ts';
import { handleLanguage } from '#lib/ui/handle-language.ts';

/** The one global: under `vite dev` a touched module runs `init` again, and serve.js hands upgrades to it. */
const APP = Symbol.for('padelvar.app');
const published = globalThis as { [APP]?: App | undefined };

export const init: ServerInit = async () => {
  await published[APP]?.close();
  published[APP] = undefined;
  published[APP] = await createApp(parseSettings(process.env));
};

/** Pages for people without an account. */
const PUBLIC_PAGES = /^\/(?:login|register|reset|(?:[csil]|reset|confirm)\/[^/]+|c\/[^/]+\/objection)$/;

const handlePortal: Handle = async ({ event, resolve }) => {
  const { request, url, locals } = event;
  const portal = published[APP];
  if (portal === undefined) return new Response('The portal is starting.', { status: 503 });
  locals.portal = portal;
  if (url.pathname.startsWith('/api/')) return resolve(event);
  if (isForged(request, portal.services.settings.origin)) {
    return new Response('Expected a request from the portal’s own pages.', { status: 403 });
  }
  try {
    locals.caller = await portal.findCaller(request.headers);
  } catch (failure) {
    // A database that is away is no fault of the page: it is there again in a moment.
    if (!(failure instanceof AppError) || failure.kind !== 'database_unavailable') throw failure;
    return new Response(failure.message, { status: failure.status, headers: { 'retry-after': '5' } });
  }
  if (locals.caller === undefined && event.route.id !== null && !PUBLIC_PAGES.test(url.pathname)) {
    return redirectToLogin(`${url.pathname}${url.search}`);
  }
  return resolve(event);
};

/** A response, not SvelteKit's thrown redirect, so that it gets the security headers too. */
function redirectToLogin(next: string): Response {
  const location = next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`;
  return new Response(null, { status: 303, headers: { location } });
}

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  // No other site shows a match in its own pages, or learns from an image whether there is one.
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

/** Data is no page: should a browser show it as one, it loads nothing and stands in no frame. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";
/** A picture or a movie opened by itself shows itself. */
const ITSELF = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'";

function policyOf({ headers }: Response): string | undefined {
  const type = headers.get('content-type') ?? '';
  if (/^text\/html\b/.test(type)) return undefined;
  return /^(?:image|video|multipart)\//.test(type) ? ITSELF : NOTHING;
}

/** Movies that lie elsewhere are played from there; the page's policy was written when the portal was built. */
function allowStorage(policy: string, origin: string): string {
  return policy.replace(/\b(media-src|connect-src) /g, `$1 ${origin} `);
}

const handleHeaders: Handle = async ({ event, resolve }) => {
  const response = await resolve(event);
  const policy = response.headers.get('content-security-policy');
  const origin = await published[APP]?.services.storage.findOrigin();
  if (policy !== null && origin !== undefined) {
    response.headers.set('content-security-policy', allowStorage(policy, origin));
  }
  const ownPolicy = policy === null ? policyOf(response) : undefined;
  if (ownPolicy !== undefined) response.headers.set('content-security-policy', ownPolicy);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  if (event.url.protocol === 'https:') {
    response.headers.set('strict-transport-security', 'max-age=31536000');
  }
  return response;
};

export const handle = sequence(handleHeaders, handlePortal, handleLanguage);
