/**
 * The room `lan`: the door to the local network. It only reads. Health, sessions, movies and clips are for this machine
 * alone; where it listens on the club's network, a match may be watched there by a link of the portal. It may import every
 * room but `link`, `health`, `simulate` and `cli`.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { AppError } from '@padelvar/shared/errors';
import { SessionId } from '@padelvar/shared/ids';
import { isEnded } from '@padelvar/shared/session';
import { Hono } from 'hono';
import { z } from 'zod';
import { formatErrorResponse, requireLoopback, requireOwnHost } from '../base/loopback-http.ts';
import { cutClip, endOf } from '../recording/clip.ts';
import type { KnownMatch, SessionManager } from '../session/manager.ts';
import { formatMovieResponse } from './movie-response.ts';
import { watchRoutes } from './watch-routes.ts';
import type { WatchOptions } from './watch-routes.ts';

export interface LanApiOptions {
  sessions: Pick<SessionManager, 'reports' | 'find'>;
  /** What `/api/health` says. */
  health: () => Record<string, unknown>;
  /** Names and addresses of this machine on the network; none where it is called by none. */
  hosts?: () => readonly string[];
  /** How matches are watched on the club's network; not at all where it is left out. */
  watch?: Omit<WatchOptions, 'find'>;
}

export function createLanApi({ sessions, health, hosts, watch }: LanApiOptions): Hono {
  const app = new Hono();
  app.onError((error) => formatErrorResponse(error));
  app.notFound(() => formatErrorResponse(new AppError('not_found', 'no such address on this device')));
  app.use(async (context, next) => {
    requireOwnHost(context.req.header('host'), hosts?.());
    if (!context.req.path.startsWith('/watch/')) requireLoopback(getConnInfo(context).remote.address);
    await next();
  });
  if (watch !== undefined)
    app.route('/', watchRoutes({ ...watch, find: (sessionId) => sessions.find(sessionId) }));
  const get = (sessionId: string): KnownMatch => {
    const match = sessions.find(SessionId.parse(sessionId));
    if (match === undefined) throw new AppError('not_found', `no session ${sessionId} on this device`);
    return match;
  };
  app.get('/api/health', (context) => context.json(health()));
  app.get('/api/sessions', (context) => context.json({ items: sessions.reports() }));
  app.get('/api/sessions/:sessionId', (context) => {
    const { report, port } = get(context.req.param('sessionId'));
    return context.json({
      ...report,
      proxy: port === undefined || isEnded(report.state) ? null : `http://127.0.0.1:${String(port)}/`,
    });
  });
  app.get('/api/sessions/:sessionId/movie', (context) => {
    const { report, view } = get(context.req.param('sessionId'));
    const finished = view?.finished();
    if (view === undefined || finished === undefined) {
      throw new AppError('not_ready', `expected a finished movie, found a session that is ${report.state}`);
    }
    const { sessionId } = view;
    const { totalBytes } = finished;
    const etag = `"${sessionId}-${String(totalBytes)}"`;
    return formatMovieResponse(
      { etag, totalBytes, read: (offset, length) => view.read(offset, length) },
      context.req.raw,
    );
  });
  app.get('/api/sessions/:sessionId/movie/:number{[0-9]+}', (context) => {
    const { sessionId, number } = context.req.param();
    const further = get(sessionId).findFurther(Number(number));
    if (further === undefined)
      throw new AppError('not_found', `no movie ${number} beside that of ${sessionId}`);
    const etag = `"${sessionId}-${number}-${String(further.totalBytes)}"`;
    return formatMovieResponse({ ...further, etag }, context.req.raw);
  });
  app.get('/api/sessions/:sessionId/clip', async (context) => {
    const { from, to } = ClipQuery.parse(context.req.query());
    return serveClip(get(context.req.param('sessionId')), () => ({ from, to }), context.req.raw);
  });
  app.get('/api/sessions/:sessionId/replay', async (context) => {
    const { seconds } = ReplayQuery.parse(context.req.query());
    const last = (endMs: number): ClipRange => ({ from: Math.max(0, endMs - seconds * 1000), to: endMs });
    return serveClip(get(context.req.param('sessionId')), last, context.req.raw);
  });
  return app;
}

/** Milliseconds on the recording's own time line. */
const ClipQuery = z
  .object({ from: z.coerce.number().nonnegative(), to: z.coerce.number().positive() })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'expected an end after the beginning' });
type ClipRange = z.infer<typeof ClipQuery>;
const ReplayQuery = z.object({ seconds: z.coerce.number().min(5).max(60).default(15) });

/** `choose` is told where the recording ends now. */
async function serveClip(
  match: KnownMatch,
  choose: (endMs: number) => ClipRange,
  request: Request,
): Promise<Response> {
  const source = await match.clipSource();
  if (source === undefined)
    throw new AppError('not_ready', `expected a recording, found a session that is ${match.report.state}`);
  const { from, to } = choose(endOf(source));
  const { totalBytes, read } = cutClip(source, from, to);
  const etag = `"${match.report.sessionId}-${String(from)}-${String(to)}-${String(totalBytes)}"`;
  return formatMovieResponse({ etag, totalBytes, read }, request);
}

export interface LanServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 unless told otherwise. A taken port is an error that names the setting. */
export async function openLanServer(app: Hono, port: number, host = '127.0.0.1'): Promise<LanServer> {
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new AppError(
      'conflict',
      `expected ${host} and port ${String(port)} to be free (PADELVAR_LAN_HOST, PADELVAR_LAN_PORT): ${(error as Error).message}`,
    );
  }
  // A caller that can't be accepted (no file descriptor left) is not the end of the daemon.
  server.on('error', () => undefined);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
