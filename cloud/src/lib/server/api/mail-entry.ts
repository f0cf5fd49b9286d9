/** Getting in by links from one’s mail: logging in, a new password, a confirmed address. */
import { createRoute } from '@hono/zod-openapi';
import { LoginLinkRequest, LoginWays, MailTokenRequest } from '@padelvar/shared/account-api';
import { LoginResponse, ResetConfirm, ResetRequest } from '@padelvar/shared/portal-api';
import { createAttemptLimit } from '../auth/attempt-limit.ts';
import { answerLogin } from './answer-login.ts';
import { createSection, jsonAnswer, jsonBody, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['auth'];
const sent = { 204: { description: 'Sent, where there is somebody to send it to' } };

const ways = createRoute({
  method: 'get',
  path: '/api/auth/ways',
  tags,
  summary: 'How one may get in here',
  responses: { 200: jsonAnswer(LoginWays, 'The ways beside a password and passkeys') },
});

const requestLink = createRoute({
  method: 'post',
  path: '/api/auth/link-request',
  tags,
  summary: 'Ask for a link that logs in without a password, and makes an account where there is none',
  request: { body: jsonBody(LoginLinkRequest) },
  responses: { ...sent, ...problems(400, 409, 429) },
});

const loginByLink = createRoute({
  method: 'post',
  path: '/api/auth/link',
  tags,
  summary: 'Log in by the token of such a link; what the guest who asked for it recorded goes with it',
  request: { body: jsonBody(MailTokenRequest) },
  responses: { 200: jsonAnswer(LoginResponse, 'Logged in'), ...problems(400, 410, 429) },
});

const resetRequest = createRoute({
  method: 'post',
  path: '/api/auth/reset-request',
  tags,
  summary: 'Ask for a link that sets a new password',
  request: { body: jsonBody(ResetRequest) },
  responses: { ...sent, ...problems(400, 409, 429) },
});

const reset = createRoute({
  method: 'post',
  path: '/api/auth/reset',
  tags,
  summary: 'Set a new password by the token of such a link; all logins end',
  request: { body: jsonBody(ResetConfirm) },
  responses: { 204: { description: 'Set' }, ...problems(400, 410, 429) },
});

const confirm = createRoute({
  method: 'post',
  path: '/api/auth/confirm',
  tags,
  summary: 'Confirm an address by the token of the link that was sent to it',
  request: { body: jsonBody(MailTokenRequest) },
  responses: { 204: { description: 'Confirmed' }, ...problems(400, 409, 410, 429) },
});

const WRONG_LINKS = 30;
const WINDOW_MS = 5 * 60_000;

export function mailEntryRoutes({ mail, mailEntry, guestClaims, audit, clock }: Services) {
  const wrong = createAttemptLimit({ clock, maxFailures: WRONG_LINKS, windowMs: WINDOW_MS });
  const tryOnce = async <Answer>(clientAddress: string, use: () => Promise<Answer>): Promise<Answer> => {
    wrong.check(clientAddress);
    wrong.count(clientAddress);
    const answer = await use();
    wrong.forgive(clientAddress);
    return answer;
  };
  return createSection()
    .openapi(ways, (c) => c.json({ mail: mail.enabled }, 200))
    .openapi(requestLink, async (c) => {
      const guestId = c.get('guest')?.guestId;
      await mailEntry.requestLogin({ ...c.req.valid('json'), guestId }, c.get('clientAddress'));
      return c.body(null, 204);
    })
    .openapi(loginByLink, async (c) => {
      const userAgent = c.req.header('user-agent') ?? '';
      const { login, guestId } = await tryOnce(c.get('clientAddress'), () =>
        mailEntry.login(c.req.valid('json').token, userAgent),
      );
      // The link may have been asked for in another browser than the one it is opened in.
      if (guestId !== undefined) await guestClaims.take({ guestId }, login);
      return answerLogin(c, guestClaims, login);
    })
    .openapi(resetRequest, async (c) => {
      await mailEntry.requestReset(c.req.valid('json'), c.get('clientAddress'));
      return c.body(null, 204);
    })
    .openapi(reset, async (c) => {
      const { token, password } = c.req.valid('json');
      const userId = await tryOnce(c.get('clientAddress'), () => mailEntry.reset(token, password));
      await audit.record({ userId }, 'account.reset-password', userId);
      return c.body(null, 204);
    })
    .openapi(confirm, async (c) => {
      const { userId } = await tryOnce(c.get('clientAddress'), () =>
        mailEntry.confirm(c.req.valid('json').token),
      );
      await audit.record({ userId }, 'account.confirm-address', userId);
      return c.body(null, 204);
    });
}
