/** `/watch/…`: a match on the club's network before it is in the library, for whoever comes by a link of the portal. */
import { randomBytes } from 'node:crypto';
import { formatContentDisposition } from '@padelvar/shared/content-disposition';
import { AppError, ErrorKindSchema, formatProblem } from '@padelvar/shared/errors';
import { SessionId } from '@padelvar/shared/ids';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Clock } from '../base/clock.ts';
import { cutClip, endOf } from '../recording/clip.ts';
import type { KnownMatch } from '../session/manager.ts';
import { formatMovieResponse } from './movie-response.ts';
import type { ServedMovie } from './movie-response.ts';
import { chooseLanguage } from './page-shell.ts';
import { formatWatchPage } from './watch-page.ts';
import { formatWatchRefusal } from './watch-refusal.ts';
import { createWatchVisits } from './watch-visits.ts';
import type { VisitedMatch } from './watch-visits.ts';

export interface WatchOptions {
  clock: Clock;
  find: (sessionId: string) => KnownMatch | undefined;
  /** Throws `unauthenticated` where the portal did not let them in. */
  admit: (token: string, sessionId: string) => VisitedMatch;
  /** Where whoever is refused is led to; nowhere where it is left out. */
  portalOrigin?: string;
}

const COOKIE = 'watch';
/** Cut movies of running matches that are kept for the next range. */
const MOST_CUTS = 4;

export function watchRoutes({ clock, find, admit, portalOrigin }: WatchOptions): Hono {
  const visits = createWatchVisits(clock);
  const cut = createCuts();

  const beginVisit = (c: Context, sessionId: string): VisitedMatch => {
    const { fileName } = admit(c.req.query('token') ?? '', sessionId);
    const visited = { sessionId, fileName };
    const path = `/watch/${sessionId}`;
    setCookie(c, COOKIE, visits.begin(visited), { httpOnly: true, sameSite: 'Strict', path });
    return visited;
  };

  /** The match, for those who may see it; nobody else learns whether there is one. */
  const enter = (c: Context): VisitedMatch & { match: KnownMatch } => {
    const sessionId = SessionId.parse(c.req.param('sessionId'));
    const visited = visits.find(getCookie(c, COOKIE), sessionId) ?? beginVisit(c, sessionId);
    const match = find(sessionId);
    if (match === undefined) throw new AppError('not_found', 'this match is not on this recorder any more');
    return { ...visited, match };
  };

  const app = new Hono();
  app.get('/watch/:sessionId', async (c) => {
    const nonce = randomBytes(16).toString('base64url');
    const language = chooseLanguage(c.req.header('accept-language'));
    protect(c, nonce);
    try {
      const { sessionId, match } = enter(c);
      const isRunning = match.view?.finished() === undefined;
      const until = isRunning ? await findEndMs(match) : 0;
      const source = isRunning ? `${sessionId}/running.mp4?until=${String(until)}` : `${sessionId}/movie.mp4`;
      return c.html(formatWatchPage({ sessionId, source, isRunning, language, nonce }));
    } catch (error) {
      if (c.req.header('accept')?.includes('text/html') !== true) throw error;
      const { kind, status } = formatProblem(error);
      const portalUrl = findPortalUrl(portalOrigin, c.req.param('sessionId'));
      const refusal = { kind: ErrorKindSchema.parse(kind), language, nonce, portalUrl };
      return c.html(formatWatchRefusal(refusal), status as ContentfulStatusCode);
    }
  });
  app.get('/watch/:sessionId/movie.mp4', (c) => {
    const { sessionId, fileName = `${sessionId}.mp4`, match } = enter(c);
    const { view } = match;
    const finished = view?.finished();
    if (view === undefined || finished === undefined) throw notReady(match);
    const { totalBytes } = finished;
    const read = (offset: number, bytes: number): Promise<Buffer> => view.read(offset, bytes);
    const answer = serve(c, { etag: `"${sessionId}-${String(totalBytes)}"`, totalBytes, read });
    if (c.req.query('download') !== undefined)
      answer.headers.set('content-disposition', formatContentDisposition('attachment', fileName));
    return answer;
  });
  app.get('/watch/:sessionId/running.mp4', async (c) => {
    const { sessionId, match } = enter(c);
    const untilMs = Math.round(Number(c.req.query('until')));
    if (!(untilMs > 0))
      throw new AppError('bad_request', 'expected a time in milliseconds', { field: 'until' });
    return serve(c, await cut(sessionId, untilMs, match));
  });
  return app;
}

/** What stands in an address is not to be trusted with a place in a page before it is known to be an id. */
function findPortalUrl(origin: string | undefined, sessionId: string): string | undefined {
  if (origin === undefined) return undefined;
  const known = SessionId.safeParse(sessionId);
  return known.success ? `${origin}/match/${known.data}` : `${origin}/`;
}

function protect(c: Context, nonce: string): void {
  c.header('cache-control', 'no-store');
  c.header('referrer-policy', 'no-referrer');
  c.header('x-content-type-options', 'nosniff');
  const own = `style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  const policy = `default-src 'none'; media-src 'self'; ${own}; base-uri 'none'; frame-ancestors 'none'`;
  c.header('content-security-policy', policy);
}

/** The headers that were set on the way, the visit's cookie among them, go along. */
function serve(c: Context, movie: ServedMovie): Response {
  const answer = formatMovieResponse(movie, c.req.raw);
  for (const cookie of c.res.headers.getSetCookie()) answer.headers.append('set-cookie', cookie);
  return answer;
}

function notReady({ report }: KnownMatch): AppError {
  return new AppError('not_ready', `expected a finished movie, found a session that is ${report.state}`);
}

async function findEndMs(match: KnownMatch): Promise<number> {
  const source = await match.clipSource();
  if (source === undefined) throw notReady(match);
  return endOf(source);
}

/** A match from its beginning to that time, as a movie of its own: the same bytes for the same time. */
function createCuts(): (sessionId: string, untilMs: number, match: KnownMatch) => Promise<ServedMovie> {
  const cuts = new Map<string, ServedMovie>();
  return async (sessionId, untilMs, match) => {
    const key = `${sessionId}-${String(untilMs)}`;
    const known = cuts.get(key);
    if (known !== undefined) return known;
    const source = await match.clipSource();
    if (source === undefined) throw notReady(match);
    const { totalBytes, read } = cutClip(source, 0, untilMs);
    const movie = { etag: `"${key}-${String(totalBytes)}"`, totalBytes, read };
    for (const oldest of [...cuts.keys()].slice(0, Math.max(0, cuts.size + 1 - MOST_CUTS)))
      cuts.delete(oldest);
    cuts.set(key, movie);
    return movie;
  };
}
