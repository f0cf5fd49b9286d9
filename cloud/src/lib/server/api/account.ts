/** One's own account: name, language, password, address, logins. */
import { createRoute } from '@hono/zod-openapi';
import {
  Account,
  AccountUpdate,
  AddressChange,
  AddressChanged,
  LoginRef,
  LoginUseList,
  PasswordChange,
} from '@padelvar/shared/account-api';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['account'];
const security = LOGGED_IN;

const view = createRoute({
  method: 'get',
  path: '/api/account',
  tags,
  security,
  summary: 'One’s own account',
  responses: { 200: jsonAnswer(Account, 'The account'), ...problems(401) },
});

const update = createRoute({
  method: 'patch',
  path: '/api/account',
  tags,
  security,
  summary: 'Change one’s name, the language of one’s mail, and what one is written about',
  request: { body: jsonBody(AccountUpdate) },
  responses: { 200: jsonAnswer(Account, 'The account'), ...problems(400, 401, 403) },
});

const changePassword = createRoute({
  method: 'post',
  path: '/api/account/password',
  tags,
  security,
  summary: 'Change one’s password; all other logins end',
  request: { body: jsonBody(PasswordChange) },
  responses: { 204: { description: 'Changed' }, ...problems(400, 401, 403, 429) },
});

const changeAddress = createRoute({
  method: 'post',
  path: '/api/account/email',
  tags,
  security,
  summary: 'Move one’s account to another e-mail address',
  request: { body: jsonBody(AddressChange) },
  responses: { 200: jsonAnswer(AddressChanged, 'Moved, or asked for'), ...problems(400, 401, 403, 409, 429) },
});

const verify = createRoute({
  method: 'post',
  path: '/api/account/verification',
  tags,
  security,
  summary: 'Send the link that confirms one’s address again',
  responses: {
    204: { description: 'Sent, where there is something to confirm' },
    ...problems(401, 403, 429),
  },
});

const listLogins = createRoute({
  method: 'get',
  path: '/api/account/logins',
  tags,
  security,
  summary: 'Where one is logged in',
  responses: { 200: jsonAnswer(LoginUseList, 'The logins'), ...problems(401, 403) },
});

const endLogin = createRoute({
  method: 'delete',
  path: '/api/account/logins/{loginId}',
  tags,
  security,
  summary: 'End one of one’s logins, its cookie and its tokens',
  request: { params: LoginRef },
  responses: { 204: { description: 'Ended' }, ...problems(400, 401, 403, 404) },
});

const endOthers = createRoute({
  method: 'delete',
  path: '/api/account/logins',
  tags,
  security,
  summary: 'End all of one’s logins but this one',
  responses: { 204: { description: 'Ended' }, ...problems(401, 403) },
});

export function accountRoutes({ auth, gate, ownAccount, mailEntry, audit }: Services) {
  return createSection()
    .openapi(view, async (c) => c.json(await ownAccount.view(gate.requireCaller(c.get('caller'))), 200))
    .openapi(update, async (c) => {
      const caller = gate.requireOneself(c.get('caller'));
      return c.json(await ownAccount.update(caller, c.req.valid('json')), 200);
    })
    .openapi(changePassword, async (c) => {
      await ownAccount.changePassword(gate.requireOneself(c.get('caller')), c.req.valid('json'));
      return c.body(null, 204);
    })
    .openapi(changeAddress, async (c) => {
      const caller = gate.requireOneself(c.get('caller'));
      return c.json(await ownAccount.changeAddress(caller, c.req.valid('json')), 200);
    })
    .openapi(verify, async (c) => {
      await mailEntry.requestVerification(gate.requireOneself(c.get('caller')).userId);
      return c.body(null, 204);
    })
    .openapi(listLogins, async (c) => {
      const { userId, authSessionId } = gate.requireOneself(c.get('caller'));
      return c.json({ items: await auth.logins.list(userId, authSessionId) }, 200);
    })
    .openapi(endLogin, async (c) => {
      const caller = gate.requireOneself(c.get('caller'));
      await auth.logins.end(caller.userId, c.req.valid('param').loginId);
      await audit.record(caller, 'account.end-login', caller.userId);
      return c.body(null, 204);
    })
    .openapi(endOthers, async (c) => {
      const caller = gate.requireOneself(c.get('caller'));
      await auth.logins.endOthers(caller.userId, caller.authSessionId);
      await audit.record(caller, 'account.end-other-logins', caller.userId);
      return c.body(null, 204);
    });
}
