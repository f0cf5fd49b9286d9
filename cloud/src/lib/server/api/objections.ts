/** "I am in this video": said at a court without an account, decided by the club. */
import { randomBytes } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { ClubId } from '@padelvar/shared/ids';
import { CourtCodeRef } from '@padelvar/shared/players-api';
import {
  Objection,
  ObjectionCreate,
  ObjectionDecision,
  ObjectionList,
  ObjectionQuery,
  ObjectionRef,
} from '@padelvar/shared/privacy-api';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['privacy'];
const security = LOGGED_IN;

const create = createRoute({
  method: 'post',
  path: '/api/codes/{code}/objections',
  tags,
  summary:
    'Somebody who is in a match on this court objects to its video: it is hidden until the club decides',
  request: { params: CourtCodeRef, body: jsonBody(ObjectionCreate) },
  responses: {
    204: { description: 'Taken; whether there is such a match is not said' },
    ...problems(400, 404, 429),
  },
});

const list = createRoute({
  method: 'get',
  path: '/api/clubs/{clubId}/objections',
  tags,
  security,
  summary: 'What people object to, newest first',
  request: { params: z.object({ clubId: ClubId }), query: ObjectionQuery },
  responses: { 200: jsonAnswer(ObjectionList, 'A page of objections'), ...problems(400, 401, 403, 404) },
});

const decide = createRoute({
  method: 'post',
  path: '/api/clubs/{clubId}/objections/{objectionId}',
  tags,
  security,
  summary: 'Keep the video, which is seen again, or delete it everywhere',
  request: { params: ObjectionRef, body: jsonBody(ObjectionDecision) },
  responses: { 200: jsonAnswer(Objection, 'The objection'), ...problems(400, 401, 403, 404, 409) },
});

const COOKIE = 'padelvar.objection';
const COOKIE_SECONDS = 400 * 24 * 60 * 60;

export function objectionRoutes({ courtVisits, gate, objections, settings }: Services) {
  const secure = settings.origin.startsWith('https:') ? '; Secure' : '';
  return createSection()
    .openapi(create, async (c) => {
      const { code } = c.req.valid('param');
      const clientAddress = c.get('clientAddress');
      const court = await courtVisits.find({ code, clientAddress });
      const known = /(?:^|;\s*)padelvar\.objection=([A-Za-z0-9_-]{32})(?:;|$)/.exec(
        c.req.header('cookie') ?? '',
      )?.[1];
      const browser = known ?? randomBytes(24).toString('base64url');
      await objections.object(court, c.req.valid('json'), { browser, clientAddress });
      const attributes = `Max-Age=${String(COOKIE_SECONDS)}; Path=/api/codes; HttpOnly; SameSite=Strict${secure}`;
      c.header('set-cookie', `${COOKIE}=${browser}; ${attributes}`);
      return c.body(null, 204);
    })
    .openapi(list, async (c) => {
      const { clubId } = c.req.valid('param');
      await gate.requireClub(c.get('caller'), 'objection.read', clubId);
      return c.json(await objections.list(clubId, c.req.valid('query')), 200);
    })
    .openapi(decide, async (c) => {
      const { clubId, objectionId } = c.req.valid('param');
      await gate.requireClub(c.get('caller'), 'objection.decide', clubId);
      const caller = gate.requireCaller(c.get('caller'));
      return c.json(await objections.decide(caller, clubId, objectionId, c.req.valid('json').decision), 200);
    });
}
