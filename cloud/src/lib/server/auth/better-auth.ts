/**
 * better-auth with its defaults changed: no sign-up and no router of its own (our thin routes call it), no bearer by
 * stored token, signed cookies, no cookie cache, so that a login that was ended is over at once.
 */
import { betterAuth } from 'better-auth';
import { jwt } from 'better-auth/plugins';
import { isPostgres } from '../db/column-types.ts';
import type { Db } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { enterEndpoint } from './enter-endpoint.ts';

/** How long a browser stays logged in. */
const LOGIN_SECONDS = 30 * 24 * 60 * 60;

export interface BetterAuthOptions {
  db: Db;
  origin: string;
  secret: string;
  log: Logger;
}

export type BetterAuth = ReturnType<typeof createBetterAuth>;

export function createBetterAuth({ db, origin, secret, log }: BetterAuthOptions) {
  return betterAuth({
    appName: 'PadelVar',
    baseURL: origin,
    secret,
    trustedOrigins: [origin],
    // PostgreSQL's own values: it knows what they are.
    database: isPostgres(db) ? { db: db.withoutPlugins(), type: 'postgres' } : { db, type: 'sqlite' },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 8, maxPasswordLength: 128 },
    user: {
      additionalFields: { role: { type: 'string', required: true, defaultValue: 'PLAYER', input: false } },
    },
    session: { expiresIn: LOGIN_SECONDS, disableSessionRefresh: true, cookieCache: { enabled: false } },
    advanced: {
      cookiePrefix: 'padelvar',
      useSecureCookies: origin.startsWith('https:'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { disableIpTracking: true },
    },
    // Attempts are limited by `attempt-limit.ts`, which counts failures only: a club's players share one address.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: 'error', log: (_level, message) => log.error({ source: 'better-auth' }, message) },
    plugins: [jwt(), enterEndpoint],
  });
}
