/** A match is given to another player by the club: of somebody whose phone died, of a guest, of whoever planned it. */
import { createRoute } from '@hono/zod-openapi';
import { HandedOver, HandOver } from '@padelvar/shared/players-api';
import { SessionRef } from '@padelvar/shared/portal-api';
import { createAttemptLimit } from '../auth/attempt-limit.ts';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const route = createRoute({
  method: 'post',
  path: '/api/video/files/{sessionId}/owner',
  tags: ['people'],
  security: LOGGED_IN,
  summary:
    'Hand a match, running or over, to the player with this address; a former owner with an account takes part in it from then on',
  request: { params: SessionRef, body: jsonBody(HandOver) },
  responses: {
    200: jsonAnswer(HandedOver, 'Who owns it now'),
    ...problems(400, 401, 403, 404, 409, 410, 429),
  },
});

/** Or a club's administrator could try who has an account at all. */
const WRONG_ADDRESSES = 20;
const WINDOW_MS = 10 * 60_000;

export function handOverRoutes({ gate, people, audit, clock }: Services) {
  const wrongAddresses = createAttemptLimit({ clock, maxFailures: WRONG_ADDRESSES, windowMs: WINDOW_MS });
  return createSection().openapi(route, async (c) => {
    const { sessionId } = c.req.valid('param');
    const session = await gate.requireSession(c.get('caller'), 'video.hand-over', sessionId);
    const caller = gate.requireCaller(c.get('caller'));
    wrongAddresses.check(caller.userId);
    wrongAddresses.count(caller.userId);
    const { userId, name, formerId } = await people.handOver(session, c.req.valid('json').email);
    wrongAddresses.forgive(caller.userId);
    if (formerId !== userId)
      await audit.record(caller, 'video.hand-over', sessionId, { from: formerId, to: userId });
    return c.json({ sessionId, ownerId: userId, ownerName: name }, 200);
  });
}
