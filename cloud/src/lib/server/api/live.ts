/** A match's state as it changes, by server-sent events: one stream per page. */
import { createRoute, z } from '@hono/zod-openapi';
import { formatProblem } from '@padelvar/shared/errors';
import { SessionRef, type RecordStatus } from '@padelvar/shared/portal-api';
import { isEnded } from '@padelvar/shared/session';
import type { Visitor } from '../access/decide.ts';
import { createSection, problems } from './describe.ts';
import { EVENT_STREAM_HEADERS, streamEvents, type ServerEvent } from './event-stream.ts';
import type { Services } from './services.ts';
import { findVisitor, LOGGED_IN_OR_GUEST, visitorOf } from './visitor.ts';

const events = createRoute({
  method: 'get',
  path: '/api/video/record/events/{sessionId}',
  tags: ['recordings'],
  security: LOGGED_IN_OR_GUEST,
  summary:
    'Events `status` (as the status route), `people` (for who may let others in) and `gone` (a problem: it is over for this viewer)',
  request: { params: SessionRef },
  responses: {
    200: {
      description: 'Events until the movie is ready',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...problems(400, 401, 403, 404),
  },
});

export function liveRoutes(services: Services) {
  const { gate, sessions, people, liveStatus } = services;
  return createSection().openapi(events, async (c) => {
    const { sessionId } = c.req.valid('param');
    const { headers, signal } = c.req.raw;
    const require = (visitor: Visitor) => gate.requireSession(visitor, 'session.see', sessionId);
    await require(visitorOf(c));
    const mayLetIn = (visitor: Visitor) =>
      gate.requireSession(visitor, 'session.let-in', sessionId).catch(() => undefined);
    let letsIn = (await mayLetIn(visitorOf(c))) !== undefined;

    const leaving = new AbortController();
    signal.addEventListener('abort', () => leaving.abort(), { once: true });
    const source = {
      sessionId,
      check: async () => {
        const visitor = await findVisitor(services, headers);
        await require(visitor);
        letsIn = (await mayLetIn(visitor)) !== undefined;
      },
      read: async () => ({ status: await sessions.status(sessionId), events: await readPeople() }),
      isLast: ({ status }: { status: RecordStatus }) => isLast(status),
    };
    async function readPeople(): Promise<ServerEvent[]> {
      const session = letsIn ? await mayLetIn(await findVisitor(services, headers)) : undefined;
      return session === undefined ? [] : [{ event: 'people', data: await people.list(session) }];
    }
    async function* describe(): AsyncGenerator<ServerEvent[], void> {
      for await (const { status, events: others } of liveStatus.follow(source, leaving.signal)) {
        // The last status makes the page hang up: nothing may come behind it.
        yield [...others, { event: 'status', data: status }];
      }
    }
    const body = streamEvents(describe(), {
      leaving,
      describe: (error) => ({ event: 'gone', data: formatProblem(error) }),
    });
    return new Response(body, { headers: EVENT_STREAM_HEADERS });
  });
}

/** The movie is where it will stay, or there is none. */
function isLast({ state, movie }: RecordStatus): boolean {
  return isEnded(state) && movie !== 'recording' && movie !== 'uploading';
}
