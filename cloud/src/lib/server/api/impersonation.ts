/** Seeing the portal as somebody else, for super administrators. */
import { createRoute, z } from '@hono/zod-openapi';
import { Impersonation, ImpersonationStart } from '@padelvar/shared/account-api';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['admin'];
const security = LOGGED_IN;

const start = createRoute({
  method: 'post',
  path: '/api/admin/users/{userId}/impersonation',
  tags,
  security,
  summary: 'See the portal as this user in this browser, for an hour at most; every step is in the audit log',
  request: {
    params: z.object({ userId: z.string().min(1).max(64) }),
    body: jsonBody(ImpersonationStart),
  },
  responses: { 200: jsonAnswer(Impersonation, 'As whom, and until when'), ...problems(400, 401, 403, 404) },
});

const end = createRoute({
  method: 'delete',
  path: '/api/auth/impersonation',
  tags,
  security,
  summary: 'Be oneself again',
  responses: { 204: { description: 'Oneself' }, ...problems(401) },
});

export function impersonationRoutes({ gate, impersonations }: Services) {
  return createSection()
    .openapi(start, async (c) => {
      const target = await gate.requireUser(c.get('caller'), 'user.impersonate', c.req.valid('param').userId);
      const caller = gate.requireOneself(c.get('caller'));
      return c.json(await impersonations.start(caller, target, c.req.valid('json').reason), 200);
    })
    .openapi(end, async (c) => {
      await impersonations.end(gate.requireCaller(c.get('caller')));
      return c.body(null, 204);
    });
}
