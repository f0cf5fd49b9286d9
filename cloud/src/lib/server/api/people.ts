/** Who is in a match: its code, requests to be let in, participants. */
import { createRoute } from '@hono/zod-openapi';
import { MatchJoin, MatchJoined, MatchPeople, RequestAnswer, RequestRef } from '@padelvar/shared/players-api';
import { SessionRef } from '@padelvar/shared/portal-api';
import { createAttemptLimit } from '../auth/attempt-limit.ts';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';
import { LOGGED_IN_OR_GUEST, visitorOf } from './visitor.ts';

const tags = ['people'];

const list = createRoute({
  method: 'get',
  path: '/api/matches/{sessionId}/people',
  tags,
  security: LOGGED_IN_OR_GUEST,
  summary: 'The match’s own code, who is in it and who asks to be',
  request: { params: SessionRef },
  responses: { 200: jsonAnswer(MatchPeople, 'The people'), ...problems(400, 401, 403, 404) },
});

const answer = createRoute({
  method: 'post',
  path: '/api/matches/{sessionId}/requests/{requestId}',
  tags,
  security: LOGGED_IN_OR_GUEST,
  summary: 'Let somebody in or not; make room for the next group, which stops the match, or not',
  request: { params: RequestRef, body: jsonBody(RequestAnswer) },
  responses: { 200: jsonAnswer(MatchPeople, 'The people'), ...problems(400, 401, 403, 404) },
});

const join = createRoute({
  method: 'post',
  path: '/api/matches/join',
  tags,
  security: LOGGED_IN,
  summary: 'Join a match by the code on its owner’s phone',
  request: { body: jsonBody(MatchJoin) },
  responses: { 200: jsonAnswer(MatchJoined, 'The match'), ...problems(400, 401, 404, 429) },
});

const WRONG_CODES = 20;
const WINDOW_MS = 10 * 60_000;

export function peopleRoutes({ gate, people, audit, clock }: Services) {
  const wrongCodes = createAttemptLimit({ clock, maxFailures: WRONG_CODES, windowMs: WINDOW_MS });
  return createSection()
    .openapi(list, async (c) => {
      const { sessionId } = c.req.valid('param');
      const session = await gate.requireSession(visitorOf(c), 'session.let-in', sessionId);
      return c.json(await people.list(session), 200);
    })
    .openapi(answer, async (c) => {
      const { sessionId, requestId } = c.req.valid('param');
      const { accept } = c.req.valid('json');
      const session = await gate.requireSession(visitorOf(c), 'session.let-in', sessionId);
      await people.answer(session, requestId, accept);
      await audit.record(visitorOf(c), 'match.answer', sessionId, { requestId, accept });
      return c.json(await people.list(session), 200);
    })
    .openapi(join, async (c) => {
      const caller = gate.requireCaller(c.get('caller'));
      wrongCodes.check(caller.userId);
      wrongCodes.count(caller.userId);
      const sessionId = await people.join(caller.userId, c.req.valid('json').code);
      wrongCodes.forgive(caller.userId);
      await audit.record(caller, 'match.join', sessionId);
      return c.json({ sessionId }, 200);
    });
}
