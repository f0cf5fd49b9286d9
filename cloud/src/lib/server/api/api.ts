/**
 * The REST API: one Hono application under `/api`, its sections composed here and described at
 * `/api/openapi.json`, for people at `/api/docs`. Owns what holds for every request: the caller, forged origins, problem documents.
 */
import { OpenAPIHono } from '@hono/zod-openapi';
import { AppError } from '@padelvar/shared/errors';
import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import { isForged, SAFE_METHODS } from '../access/forged-request.ts';
import type { Audit } from '../audit/audit.ts';
import { findNetwork } from '../auth/client-network.ts';
import { GUEST_COOKIE } from '../auth/guests.ts';
import { readBounded } from '../uploads/read-bounded.ts';
import { DOCS_POLICY, formatDocsPage, type Description } from '../api-docs/docs-page.ts';
import { STORE_PATH } from '../storage/folder-store.ts';
import { accountRoutes } from './account.ts';
import { adminRoutes } from './admin.ts';
import { authRoutes } from './auth.ts';
import { clipRoutes } from './clips.ts';
import { clubLogRoutes } from './club-log.ts';
import { clubPeopleRoutes } from './club-people.ts';
import { cameraTestRoutes } from './camera-test.ts';
import { clubRoutes } from './clubs.ts';
import { clubWatchRoutes } from './club-watch.ts';
import { courtCodeRoutes } from './court-codes.ts';
import { courtRoutes } from './courts.ts';
import { deviceCommandRoutes } from './device-commands.ts';
import { deviceRoutes } from './devices.ts';
import { edgeRoutes } from './edge.ts';
import { fileRoutes } from './files.ts';
import { furtherRoutes } from './further.ts';
import { handOverRoutes } from './hand-over.ts';
import { impersonationRoutes } from './impersonation.ts';
import { liveRoutes } from './live.ts';
import { logoRoutes } from './logos.ts';
import { mailEntryRoutes } from './mail-entry.ts';
import { passkeyRoutes } from './passkeys.ts';
import { peopleRoutes } from './people.ts';
import { playbackRoutes, sharedPlaybackRoutes } from './playback.ts';
import { objectionRoutes } from './objections.ts';
import { portalSettingRoutes } from './portal-settings.ts';
import { previewRoutes } from './preview.ts';
import { privacyRoutes } from './privacy.ts';
import { numberRoutes } from './numbers.ts';
import { respondProblem, throwInvalid, unknownRoute } from './problem.ts';
import { createLoginCheck, type LoginCheck } from './protected-routes.ts';
import { recordRoutes } from './record.ts';
import { scheduleRoutes } from './schedules.ts';
import { shareRoutes } from './shares.ts';
import { storageRoutes } from './storage.ts';
import { storeRoutes } from './store.ts';
import { systemRoutes } from './system.ts';
import { uploadRoutes } from './uploads.ts';
import { videoSessionRoutes } from './video-session.ts';
import type { ApiEnv } from './env.ts';
import type { Services } from './services.ts';

/** Devices prove themselves with tokens of their own, and signed links carry their proof: no caller is looked for. */
const WITHOUT_CALLER = ['/api/edge/', `${STORE_PATH}/`];

const SECTIONS = [
  authRoutes,
  mailEntryRoutes,
  passkeyRoutes,
  accountRoutes,
  impersonationRoutes,
  clubRoutes,
  logoRoutes,
  clubPeopleRoutes,
  clubLogRoutes,
  numberRoutes,
  scheduleRoutes,
  courtRoutes,
  courtCodeRoutes,
  cameraTestRoutes,
  peopleRoutes,
  handOverRoutes,
  adminRoutes,
  deviceRoutes,
  deviceCommandRoutes,
  systemRoutes,
  videoSessionRoutes,
  recordRoutes,
  liveRoutes,
  edgeRoutes,
  furtherRoutes,
  uploadRoutes,
  storeRoutes,
  storageRoutes,
  fileRoutes,
  playbackRoutes,
  clipRoutes,
  sharedPlaybackRoutes,
  clubWatchRoutes,
  shareRoutes,
  previewRoutes,
  privacyRoutes,
  objectionRoutes,
  portalSettingRoutes,
];

export function createApi(services: Services): OpenAPIHono<ApiEnv> {
  const { audit, auth, gate, guests, guestClaims, log, settings } = services;
  const api = new OpenAPIHono<ApiEnv>({ defaultHook: throwInvalid });
  api.onError((error) => respondProblem(error, log));
  api.notFound((c) => respondProblem(unknownRoute(c.req.method, c.req.path), log));
  let needsLogin: LoginCheck = () => 'login';
  api.use('*', async (c, next) => {
    c.req.raw = await boundJson(c.req.raw);
    c.set('clientAddress', findNetwork(c.env.clientAddress ?? 'unknown'));
    if (!WITHOUT_CALLER.some((prefix) => c.req.path.startsWith(prefix))) {
      if (isForged(c.req.raw, settings.origin)) throw forged(settings.origin);
      const caller = await auth.findCaller(c.req.raw.headers);
      // Before the input is read: who is not logged in does not learn what a route expects.
      const need = needsLogin(c.req.method, c.req.path);
      const guest = await guests.find(c.req.raw.headers);
      if (need === 'login' || (need === 'guest' && guest === undefined)) gate.requireCaller(caller);
      const claimed = caller && guest && (await guestClaims.take(guest, caller));
      c.set('caller', caller);
      c.set('guest', claimed === undefined ? guest : undefined);
      c.set('claimed', claimed?.sessionIds ?? []);
      c.set('guestCookie', claimed?.cookie);
    }
    await next();
    const cookie = c.get('guestCookie');
    if (cookie !== undefined) c.res.headers.append('set-cookie', cookie);
    // Answers are somebody's own; what may be kept says so itself.
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
  });
  api.use('*', recordSteps(audit));
  for (const section of SECTIONS) api.route('/', section(services));
  needsLogin = createLoginCheck(api);
  describe(api);
  return api;
}

/**
 * While somebody sees the portal as another user, each request that may change something is a line, whatever came of it and
 * whatever line the act has itself.
 */
function recordSteps(audit: Audit) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    await next();
    const caller = c.get('caller');
    const { method, path } = c.req;
    if (caller?.impersonator === undefined || SAFE_METHODS.has(method)) return;
    const object = hideSecrets(path, routePath(c, -1));
    await audit.record(caller, 'impersonation.step', object, { method, status: c.res.status });
  });
}

/** Codes and tokens in an address open something by themselves: of these the route's own name stands. */
function hideSecrets(path: string, route: string): string {
  const names = route.split('/');
  return path
    .split('/')
    .map((part, index) => (/^:(token|code)\b/.test(names[index] ?? '') ? names[index] : part))
    .join('/');
}

/** Parts and pictures have limits of their own; nothing that is said in JSON is larger. */
const MAX_JSON_BYTES = 1024 * 1024;

/** A body whose length nobody said is read at once: to what reads it later any failure would be malformed JSON. */
async function boundJson(request: Request): Promise<Request> {
  const { url, method, headers, signal } = request;
  const isJson = headers.get('content-type')?.startsWith('application/json') === true;
  if (!isJson || request.body === null) return request;
  if (Number(headers.get('content-length') ?? 0) > MAX_JSON_BYTES) throw tooLarge();
  if (headers.has('content-length')) return request;
  const body = Buffer.from(await readBounded(request, MAX_JSON_BYTES, tooLarge));
  return new Request(url, { method, headers, signal, body });
}

function tooLarge(): AppError {
  return new AppError('too_large', `expected at most ${MAX_JSON_BYTES} bytes of JSON; found more`);
}

function forged(origin: string): AppError {
  return new AppError('forbidden', `expected a request that comes from ${origin}`);
}

function describe(api: OpenAPIHono<ApiEnv>): void {
  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  api.openAPIRegistry.registerComponent('securitySchemes', 'device', {
    type: 'http',
    scheme: 'bearer',
    description: 'The short token of an enrolled device',
  });
  api.openAPIRegistry.registerComponent('securitySchemes', 'cookie', {
    type: 'apiKey',
    in: 'cookie',
    name: 'padelvar.session_token',
  });
  api.openAPIRegistry.registerComponent('securitySchemes', 'guest', {
    type: 'apiKey',
    in: 'cookie',
    name: GUEST_COOKIE,
    description: 'The browser that made this recording without an account',
  });
  const about = { openapi: '3.1.0', info: { title: 'PadelVar', version: '1' } };
  api.doc31('/api/openapi.json', about);
  let page: string | undefined;
  api.get('/api/docs', (c) => {
    page ??= formatDocsPage(JSON.parse(JSON.stringify(api.getOpenAPI31Document(about))) as Description);
    return c.html(page, 200, { 'content-security-policy': DOCS_POLICY, 'cache-control': 'no-cache' });
  });
}
