/** Sessions on courts: open, close, list. */
import { createRoute, z } from '@hono/zod-openapi';
import { ClubId } from '@padelvar/shared/ids';
import { PageQuery } from '@padelvar/shared/page';
import { Session, SessionCreate, SessionList, SessionRef } from '@padelvar/shared/portal-api';
import { idOf } from '../access/decide.ts';
import type { Caller } from '../auth/caller.ts';
import type { SessionScope } from '../sessions/session-list.ts';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';
import { LOGGED_IN_OR_GUEST, visitorOf } from './visitor.ts';

const tags = ['sessions'];
const security = LOGGED_IN;

const create = createRoute({
  method: 'post',
  path: '/api/video/session/create',
  tags,
  security,
  summary: 'Open the camera of a court; answers when its first frame is verified',
  request: {
    headers: z.object({
      'idempotency-key': z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('Repeats within 24 h get the same session'),
    }),
    body: jsonBody(SessionCreate),
  },
  responses: { 200: jsonAnswer(Session, 'The open session'), ...problems(400, 401, 403, 404, 409, 422, 504) },
});

const close = createRoute({
  method: 'post',
  path: '/api/video/session/close',
  tags,
  security: LOGGED_IN_OR_GUEST,
  summary: 'Close a session, ending its recording',
  request: { body: jsonBody(SessionRef) },
  responses: { 200: jsonAnswer(Session, 'The session'), ...problems(400, 401, 403, 404) },
});

const list = createRoute({
  method: 'get',
  path: '/api/video/session/list',
  tags,
  security,
  summary: 'Sessions that the caller may see, newest first',
  request: {
    query: PageQuery.extend({
      clubId: ClubId.optional(),
      /** `true`: only those still open. */
      open: z.enum(['true', 'false']).optional(),
    }),
  },
  responses: { 200: jsonAnswer(SessionList, 'A page of sessions'), ...problems(400, 401, 404) },
});

export function videoSessionRoutes({ sessions, gate, audit }: Services) {
  return createSection()
    .openapi(create, async (c) => {
      const { courtId } = c.req.valid('json');
      await gate.requireCourt(c.get('caller'), 'session.open', courtId);
      const caller = gate.requireCaller(c.get('caller'));
      const session = await sessions.open(caller, courtId, c.req.valid('header')['idempotency-key']);
      await audit.record(caller, 'session.open', session.sessionId);
      return c.json(session, 200);
    })
    .openapi(close, async (c) => {
      const visitor = visitorOf(c);
      const row = await gate.requireSession(visitor, 'session.close', c.req.valid('json').sessionId);
      const isOwn = visitor !== undefined && row.owner_id === idOf(visitor);
      const session = await sessions.close(row.id, isOwn ? 'closed' : 'admin');
      await audit.record(visitor, 'session.close', row.id);
      return c.json(session, 200);
    })
    .openapi(list, async (c) => {
      const caller = gate.requireCaller(c.get('caller'));
      const { clubId, open, limit, cursor } = c.req.valid('query');
      if (clubId !== undefined) await gate.requireClub(caller, 'club.read', clubId);
      const query = { scope: scopeOf(caller), clubId, open: open === 'true', limit, cursor };
      return c.json(await sessions.list(query), 200);
    });
}

/** Whose sessions somebody may see (`session.see` in the permission table). */
export function scopeOf(caller: Caller): SessionScope {
  switch (caller.role) {
    case 'SUPER_ADMIN':
    case 'SUPPORT':
      return { kind: 'all' };
    case 'CLUB_ADMIN':
      return { kind: 'clubs', clubIds: caller.clubIds, userId: caller.userId };
    case 'PLAYER':
      return { kind: 'user', userId: caller.userId };
  }
}
