/** Accounts for everybody: log in and out, who am I, register, reset. Thin over `auth/accounts.ts`. */
import { createRoute } from '@hono/zod-openapi';
import { AppError } from '@padelvar/shared/errors';
import {
  LoginRequest,
  LoginResponse,
  Me,
  RegisterRequest,
  ResetConfirm,
  ResetRequest,
} from '@padelvar/shared/portal-api';
import type { Services } from './services.ts';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';

const tags = ['auth'];

const login = createRoute({
  method: 'post',
  path: '/api/auth/login',
  tags,
  summary: 'Log in: a token for programs, and the cookie for browsers',
  request: { body: jsonBody(LoginRequest) },
  responses: { 200: jsonAnswer(LoginResponse, 'Logged in'), ...problems(400, 401, 429) },
});

const logout = createRoute({
  method: 'post',
  path: '/api/auth/logout',
  tags,
  security: LOGGED_IN,
  summary: 'End this login, its cookie and its tokens',
  responses: { 204: { description: 'Logged out' }, ...problems(401) },
});

const me = createRoute({
  method: 'get',
  path: '/api/auth/me',
  tags,
  security: LOGGED_IN,
  summary: 'Who am I',
  responses: { 200: jsonAnswer(Me, 'The caller'), ...problems(401) },
});

const register = createRoute({
  method: 'post',
  path: '/api/auth/register',
  tags,
  summary: 'Make an account as a player, of a club where one is named',
  request: { body: jsonBody(RegisterRequest) },
  responses: { 201: jsonAnswer(Me, 'The account'), ...problems(400, 404, 409, 429) },
});

const resetRequest = createRoute({
  method: 'post',
  path: '/api/auth/reset-request',
  tags,
  summary: 'Ask for a link that sets a new password',
  request: { body: jsonBody(ResetRequest) },
  responses: { ...problems(400, 409) },
});

const reset = createRoute({
  method: 'post',
  path: '/api/auth/reset',
  tags,
  summary: 'Set a new password by the token of such a link',
  request: { body: jsonBody(ResetConfirm) },
  responses: { ...problems(400, 409) },
});

export function authRoutes({ auth, gate, users }: Services) {
  return createSection()
    .openapi(login, async (c) => {
      const { cookies, ...answer } = await auth.login(c.req.valid('json'), c.get('clientAddress'));
      for (const cookie of cookies) c.header('set-cookie', cookie, { append: true });
      return c.json(answer, 200);
    })
    .openapi(logout, async (c) => {
      c.header('set-cookie', await auth.logout(gate.requireCaller(c.get('caller'))));
      return c.body(null, 204);
    })
    .openapi(me, (c) => {
      const { userId, email, name, role, clubIds } = gate.requireCaller(c.get('caller'));
      return c.json({ userId, email, name, role, clubIds }, 200);
    })
    .openapi(register, async (c) =>
      c.json(await users.register(c.req.valid('json'), c.get('clientAddress')), 201),
    )
    .openapi(resetRequest, () => {
      throw mailMissing();
    })
    .openapi(reset, () => {
      throw mailMissing();
    });
}

function mailMissing(): AppError {
  return new AppError(
    'conflict',
    'this portal sends no mail; an administrator of your club can set a new password for you',
  );
}
