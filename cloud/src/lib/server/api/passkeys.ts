/** Passkeys: making, listing and removing one’s own, and logging in by one. */
import { createRoute } from '@hono/zod-openapi';
import {
  Passkey,
  PasskeyBegin,
  PasskeyCreate,
  PasskeyList,
  PasskeyLogin,
  PasskeyOptions,
  PasskeyRef,
} from '@padelvar/shared/account-api';
import { LoginResponse } from '@padelvar/shared/portal-api';
import { createAttemptLimit } from '../auth/attempt-limit.ts';
import { answerLogin } from './answer-login.ts';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['passkeys'];
const security = LOGGED_IN;

const list = createRoute({
  method: 'get',
  path: '/api/account/passkeys',
  tags,
  security,
  summary: 'One’s passkeys',
  responses: { 200: jsonAnswer(PasskeyList, 'The passkeys'), ...problems(401, 403) },
});

const beginCreate = createRoute({
  method: 'post',
  path: '/api/account/passkeys/begin',
  tags,
  security,
  summary: 'What a browser needs to make a passkey; asks for the password where there is one',
  request: { body: jsonBody(PasskeyBegin) },
  responses: { 200: jsonAnswer(PasskeyOptions, 'WebAuthn options'), ...problems(400, 401, 403, 409, 429) },
});

const create = createRoute({
  method: 'post',
  path: '/api/account/passkeys',
  tags,
  security,
  summary: 'Keep the passkey that a browser has made',
  request: { body: jsonBody(PasskeyCreate) },
  responses: { 201: jsonAnswer(Passkey, 'The passkey'), ...problems(400, 401, 403, 409) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/account/passkeys/{passkeyId}',
  tags,
  security,
  summary: 'Forget a passkey; nobody logs in by it any more',
  request: { params: PasskeyRef },
  responses: { 204: { description: 'Forgotten' }, ...problems(400, 401, 403, 404) },
});

const beginLogin = createRoute({
  method: 'post',
  path: '/api/auth/passkey/begin',
  tags,
  summary: 'What a browser needs to log somebody in by a passkey',
  responses: { 200: jsonAnswer(PasskeyOptions, 'WebAuthn options'), ...problems(429) },
});

const login = createRoute({
  method: 'post',
  path: '/api/auth/passkey',
  tags,
  summary: 'Log in by a passkey',
  request: { body: jsonBody(PasskeyLogin) },
  responses: { 200: jsonAnswer(LoginResponse, 'Logged in'), ...problems(400, 401, 429) },
});

const ATTEMPTS = 30;
const WINDOW_MS = 5 * 60_000;

export function passkeyRoutes({ auth, passkeys, ownAccount, gate, audit, clock, guestClaims }: Services) {
  const attempts = createAttemptLimit({ clock, maxFailures: ATTEMPTS, windowMs: WINDOW_MS });
  return createSection()
    .openapi(list, async (c) => {
      const { userId } = gate.requireOneself(c.get('caller'));
      return c.json({ items: await passkeys.list(userId) }, 200);
    })
    .openapi(beginCreate, async (c) => {
      const caller = gate.requireOneself(c.get('caller'));
      await ownAccount.requirePassword(caller, c.req.valid('json').password, 'password');
      return c.json(await passkeys.beginCreate(caller), 200);
    })
    .openapi(create, async (c) => {
      const caller = gate.requireOneself(c.get('caller'));
      const made = await passkeys.create(caller, c.req.valid('json'));
      await audit.record(caller, 'account.add-passkey', caller.userId);
      return c.json(made, 201);
    })
    .openapi(remove, async (c) => {
      const caller = gate.requireOneself(c.get('caller'));
      await passkeys.remove(caller.userId, c.req.valid('param').passkeyId);
      await audit.record(caller, 'account.remove-passkey', caller.userId);
      return c.body(null, 204);
    })
    .openapi(beginLogin, async (c) => c.json(await passkeys.beginLogin(), 200))
    .openapi(login, async (c) => {
      const clientAddress = c.get('clientAddress');
      attempts.check(clientAddress);
      attempts.count(clientAddress);
      const userId = await passkeys.login(c.req.valid('json'));
      attempts.forgive(clientAddress);
      return answerLogin(c, guestClaims, await auth.enter(userId, c.req.header('user-agent') ?? ''));
    });
}
