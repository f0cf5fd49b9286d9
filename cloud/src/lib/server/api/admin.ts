/** Administration of users. Roles and clubs that somebody may give are checked by `users/assignment.ts`. */
import { createRoute, z } from '@hono/zod-openapi';
import { PageQuery } from '@padelvar/shared/page';
import { PasswordSet, User, UserCreate, UserList, UserUpdate } from '@padelvar/shared/portal-api';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['admin'];
const security = LOGGED_IN;
const params = z.object({ userId: z.string().min(1).max(64) });

const list = createRoute({
  method: 'get',
  path: '/api/admin/users',
  tags,
  security,
  summary: 'Users that the caller looks after',
  request: { query: PageQuery },
  responses: { 200: jsonAnswer(UserList, 'Users by address'), ...problems(400, 401, 403) },
});

const create = createRoute({
  method: 'post',
  path: '/api/admin/users',
  tags,
  security,
  summary: 'Make a user',
  request: { body: jsonBody(UserCreate) },
  responses: { 201: jsonAnswer(User, 'The user'), ...problems(400, 401, 403, 404, 409) },
});

const update = createRoute({
  method: 'patch',
  path: '/api/admin/users/{userId}',
  tags,
  security,
  summary: 'Change name, role or clubs of a user',
  request: { params, body: jsonBody(UserUpdate) },
  responses: { 200: jsonAnswer(User, 'The user'), ...problems(400, 401, 403, 404, 409) },
});

const setPassword = createRoute({
  method: 'post',
  path: '/api/admin/users/{userId}/password',
  tags,
  security,
  summary: 'Set the password of a user; all their logins end',
  request: { params, body: jsonBody(PasswordSet) },
  responses: { 204: { description: 'Set' }, ...problems(400, 401, 403, 404) },
});

export function adminRoutes({ users, gate }: Services) {
  return createSection()
    .openapi(list, async (c) => {
      const caller = gate.requireGlobal(c.get('caller'), 'user.read');
      return c.json(await users.list(caller, c.req.valid('query')), 200);
    })
    .openapi(create, async (c) => {
      const caller = gate.requireGlobal(c.get('caller'), 'user.write');
      return c.json(await users.create(caller, c.req.valid('json')), 201);
    })
    .openapi(update, async (c) => {
      const { userId } = c.req.valid('param');
      const user = await gate.requireUser(c.get('caller'), 'user.write', userId);
      const caller = gate.requireCaller(c.get('caller'));
      return c.json(await users.update(caller, user, c.req.valid('json')), 200);
    })
    .openapi(setPassword, async (c) => {
      const { userId } = c.req.valid('param');
      const user = await gate.requireUser(c.get('caller'), 'user.write', userId);
      await users.setPassword(gate.requireOneself(c.get('caller')), user, c.req.valid('json').password);
      return c.body(null, 204);
    });
}
