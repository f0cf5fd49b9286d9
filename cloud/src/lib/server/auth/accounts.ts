/**
 * Accounts: logging in and out, finding out who asks, making users and setting passwords. Owns better-auth and its
 * tables; knows nothing of what a user may do. May import `db`.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Role } from '@padelvar/shared/roles';
import { APIError } from 'better-auth/api';
import type { Clock } from '../clock.ts';
import { isUniqueViolation } from '../db/database-error.ts';
import type { Db } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { ACCESS_TOKEN_SECONDS, createAccessTokens, type AccessTokens } from './access-token.ts';
import { createAttemptLimit } from './attempt-limit.ts';
import { createBetterAuth, type BetterAuth } from './better-auth.ts';
import type { Caller } from './caller.ts';
import { findLogin } from './find-login.ts';
import { createIdentities, emailTaken, linkPassword, type Identities } from './identities.ts';
import { createLogins, type Logins } from './logins.ts';

export interface Login {
  userId: string;
  token: string;
  expiresInSeconds: number;
  /** The `Set-Cookie` lines for browsers. */
  cookies: string[];
}

export interface NewUser {
  email: string;
  name: string;
  password: string;
  role: Role;
}

export interface Accounts {
  /** The caller of a request, by bearer token or else by cookie; undefined where there is none. */
  findCaller(headers: Headers): Promise<Caller | undefined>;
  /** Throws `unauthenticated`, or `too_many_requests` after repeated failures. */
  login(
    credentials: { email: string; password: string },
    clientAddress: string,
    userAgent?: string,
  ): Promise<Login>;
  /** Logs in who has proved otherwise to be this user. */
  enter(userId: string, userAgent: string): Promise<Login>;
  readonly identities: Identities;
  readonly logins: Logins;
  /** Ends the login, and with it every token of it. Answers with the `Set-Cookie` line that clears the browser's. */
  logout(caller: Caller): Promise<string>;
  /** Makes a user and answers with its id; `conflict` where the address is taken. */
  createUser(user: NewUser): Promise<string>;
  /** The account, its logins and its passwords are gone. */
  deleteUser(userId: string): Promise<void>;
  /** Sets the password and ends all logins of the user. */
  setPassword(userId: string, password: string): Promise<void>;
}

export interface AccountsOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  origin: string;
  secret: string;
}

const FAILURE_WINDOW_MS = 5 * 60_000;

export function createAccounts({ db, clock, log, origin, secret }: AccountsOptions): Accounts {
  const auth = createBetterAuth({ db, origin, secret, log });
  const tokens = createAccessTokens({ auth, clock, origin });
  const identities = createIdentities({ db, auth });
  const byAddress = createAttemptLimit({ clock, maxFailures: 30, windowMs: FAILURE_WINDOW_MS });
  const byAccount = createAttemptLimit({ clock, maxFailures: 10, windowMs: FAILURE_WINDOW_MS });

  return {
    async findCaller(headers) {
      const authorization = headers.get('authorization');
      if (authorization !== null) {
        const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
        const claims = token === undefined ? undefined : await tokens.verify(token);
        return claims && (await findLogin(db, clock, { ...claims, isBrowser: false }));
      }
      if (headers.get('cookie') === null) return undefined;
      const found = await auth.api.getSession({ headers });
      if (found === null) return undefined;
      const { session, user } = found;
      return findLogin(db, clock, { authSessionId: session.id, userId: user.id, isBrowser: true });
    },
    async login({ email, password }, clientAddress, userAgent = '') {
      const account = email.toLowerCase();
      byAddress.check(clientAddress);
      byAccount.check(account);
      byAddress.count(clientAddress);
      byAccount.count(account);
      try {
        const { headers, response } = await auth.api.signInEmail({
          body: { email: account, password },
          headers: new Headers({ 'user-agent': userAgent }),
          returnHeaders: true,
        });
        const login = await formatLogin(auth, tokens, response.token, headers);
        byAddress.forgive(clientAddress);
        byAccount.forgive(account);
        return login;
      } catch (error) {
        if (!(error instanceof APIError)) throw error;
        throw new AppError('unauthenticated', 'expected a known e-mail address and its password', {
          cause: error,
        });
      }
    },
    async enter(userId, userAgent) {
      const headers = new Headers({ 'user-agent': userAgent });
      const entered = await auth.api.enter({ body: { userId }, headers, returnHeaders: true });
      return formatLogin(auth, tokens, entered.response.token, entered.headers);
    },
    identities,
    logins: createLogins({ db, auth }),
    async logout(caller) {
      await db.deleteFrom('session').where('id', '=', caller.authSessionId).execute();
      const { name, attributes } = (await auth.$context).authCookies.sessionToken;
      return `${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax${attributes.secure === true ? '; Secure' : ''}`;
    },
    createUser: (user) => createUser(auth, user),
    async deleteUser(userId) {
      const { internalAdapter } = await auth.$context;
      await internalAdapter.deleteUser(userId);
    },
    setPassword: (userId, password) => identities.setPassword(userId, password),
  };
}

/** The login that better-auth has just made, with its token for programs. */
async function formatLogin(
  auth: BetterAuth,
  tokens: AccessTokens,
  loginToken: string,
  headers: Headers,
): Promise<Login> {
  const context = await auth.$context;
  const found = await context.internalAdapter.findSession(loginToken);
  if (found === null) throw new AppError('internal', 'expected the login that was just made');
  return {
    userId: found.user.id,
    token: await tokens.sign(found.user.id, found.session.id),
    expiresInSeconds: ACCESS_TOKEN_SECONDS,
    cookies: headers.getSetCookie(),
  };
}

async function createUser(auth: BetterAuth, { email, name, password, role }: NewUser): Promise<string> {
  const { internalAdapter, password: hasher } = await auth.$context;
  const address = email.toLowerCase();
  if ((await internalAdapter.findUserByEmail(address)) !== null) throw emailTaken();
  const hash = await hasher.hash(password);
  const user = await internalAdapter
    .createUser({ email: address, name, emailVerified: false, role }, { method: 'email-password' })
    .catch((error: unknown) => {
      throw isUniqueViolation(error) ? emailTaken() : error;
    });
  await linkPassword(auth, user.id, hash);
  return user.id;
}
