/** Accounts for everybody: log in and out, who am I, register. Thin over `auth/accounts.ts`. */
import { createRoute } from '@hono/zod-openapi';
import { LoginRequest, LoginResponse, Me, RegisterRequest } from '@padelvar/shared/portal-api';
import { saveAccountSettings } from '../auth/account-settings.ts';
import { toMe } from '../auth/caller.ts';
import { answerLogin } from './answer-login.ts';
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
  summary:
    'Make an account as a player, of a club where one is named; a closed portal wants an invitation, or a guest’s match',
  request: { body: jsonBody(RegisterRequest) },
  responses: { 201: jsonAnswer(Me, 'The account'), ...problems(400, 404, 409, 429) },
});

export function authRoutes({ db, auth, gate, users, mailEntry, impersonations, guestClaims }: Services) {
  return createSection()
    .openapi(login, async (c) => {
      const userAgent = c.req.header('user-agent');
      const login = await auth.login(c.req.valid('json'), c.get('clientAddress'), userAgent);
      return answerLogin(c, guestClaims, login);
    })
    .openapi(logout, async (c) => {
      const caller = gate.requireCaller(c.get('caller'));
      await impersonations.end(caller);
      c.header('set-cookie', await auth.logout(caller));
      return c.body(null, 204);
    })
    .openapi(me, (c) => {
      return c.json(toMe(gate.requireCaller(c.get('caller'))), 200);
    })
    .openapi(register, async (c) => {
      const account = c.req.valid('json');
      const me = await users.register(account, {
        clientAddress: c.get('clientAddress'),
        guestId: c.get('guest')?.guestId,
      });
      await saveAccountSettings(db, me.userId, { locale: account.locale });
      await mailEntry.requestVerification(me.userId);
      return c.json(me, 201);
    });
}
