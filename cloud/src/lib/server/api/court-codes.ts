/** Courts by their printed codes: for players and guests to look, start and ask; for administrators to print. */
import { createRoute, z } from '@hono/zod-openapi';
import { CourtId } from '@padelvar/shared/ids';
import {
  Claimed,
  CourtCodeRef,
  CourtCodeView,
  CourtSign,
  NextGroupAnswer,
} from '@padelvar/shared/players-api';
import { Session } from '@padelvar/shared/portal-api';
import type { Context } from 'hono';
import type { CourtVisit } from '../codes/court-visits.ts';
import { createSection, jsonAnswer, LOGGED_IN, problems } from './describe.ts';
import type { ApiEnv } from './env.ts';
import type { Services } from './services.ts';
import { visitorOf } from './visitor.ts';

const tags = ['court codes'];
const params = CourtCodeRef;
const courtParams = z.object({ courtId: CourtId });

const look = createRoute({
  method: 'get',
  path: '/api/codes/{code}',
  tags,
  summary:
    'The court of a printed code, and what the visitor may do there; where a guest may start, with the cookie to start by',
  request: { params },
  responses: { 200: jsonAnswer(CourtCodeView, 'The court'), ...problems(400, 404, 429) },
});

const open = createRoute({
  method: 'post',
  path: '/api/codes/{code}/open',
  tags,
  summary: 'Open the court’s camera; without a login as a guest, bound to this browser by a cookie',
  request: {
    params,
    headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }),
  },
  responses: {
    200: jsonAnswer(Session, 'The open session'),
    ...problems(400, 401, 403, 404, 409, 422, 429, 504),
  },
});

const ask = createRoute({
  method: 'post',
  path: '/api/codes/{code}/ask',
  tags,
  security: LOGGED_IN,
  summary: 'Ask the owner of the match on this court to be let in',
  request: { params },
  responses: { 204: { description: 'Asked' }, ...problems(400, 401, 404, 409, 429) },
});

const nextGroup = createRoute({
  method: 'post',
  path: '/api/codes/{code}/next',
  tags,
  summary: 'The next group is at the court, where a session is still open: the club’s rule decides',
  request: { params },
  responses: { 200: jsonAnswer(NextGroupAnswer, 'What came of it'), ...problems(400, 401, 403, 404, 429) },
});

const claim = createRoute({
  method: 'post',
  path: '/api/guest/claim',
  tags,
  security: LOGGED_IN,
  summary:
    'Take over what this browser recorded as a guest, as logging in there and any request after it does',
  responses: { 200: jsonAnswer(Claimed, 'What is the caller’s since this request'), ...problems(401) },
});

const sign = createRoute({
  method: 'get',
  path: '/api/courts/{courtId}/code',
  tags,
  security: LOGGED_IN,
  summary: 'What the court’s sign shows',
  request: { params: courtParams },
  responses: { 200: jsonAnswer(CourtSign, 'The code'), ...problems(400, 401, 403, 404) },
});

const rotate = createRoute({
  method: 'post',
  path: '/api/courts/{courtId}/code',
  tags,
  security: LOGGED_IN,
  summary: 'Give the court another code; signs with the former one lead nowhere',
  request: { params: courtParams },
  responses: { 200: jsonAnswer(CourtSign, 'The new code'), ...problems(400, 401, 403, 404) },
});

export function courtCodeRoutes({ courtCodes, courtVisits, gate, guests, audit }: Services) {
  const visitOf = (c: Context<ApiEnv>, code: string): CourtVisit => ({
    code,
    visitor: visitorOf(c),
    clientAddress: c.get('clientAddress'),
  });
  return createSection()
    .openapi(look, async (c) => {
      const visit = visitOf(c, c.req.valid('param').code);
      const seen = await courtVisits.look(visit);
      if (visit.visitor === undefined && seen.mayStart) c.set('guestCookie', guests.offer(c.req.raw.headers));
      return c.json(seen, 200);
    })
    .openapi(open, async (c) => {
      const session = await courtVisits.open(visitOf(c, c.req.valid('param').code), {
        headers: c.req.raw.headers,
        idempotencyKey: c.req.valid('header')['idempotency-key'],
        onGuest: (cookie) => c.set('guestCookie', cookie),
      });
      const who = c.get('caller') ?? { userId: session.ownerId };
      await audit.record(who, 'session.open', session.sessionId);
      return c.json(session, 200);
    })
    .openapi(ask, async (c) => {
      const caller = gate.requireCaller(c.get('caller'));
      await courtVisits.ask(caller, visitOf(c, c.req.valid('param').code));
      return c.body(null, 204);
    })
    .openapi(nextGroup, async (c) =>
      c.json(await courtVisits.nextGroup(visitOf(c, c.req.valid('param').code)), 200),
    )
    .openapi(claim, (c) => {
      gate.requireCaller(c.get('caller'));
      return c.json({ sessionIds: c.get('claimed') }, 200);
    })
    .openapi(sign, async (c) => {
      const court = await gate.requireCourt(c.get('caller'), 'court.code', c.req.valid('param').courtId);
      return c.json(await courtCodes.sign(court), 200);
    })
    .openapi(rotate, async (c) => {
      const court = await gate.requireCourt(c.get('caller'), 'court.code', c.req.valid('param').courtId);
      return c.json(await courtCodes.rotate(gate.requireCaller(c.get('caller')), court), 200);
    });
}
