/**
 * One's own account: what it is called and known by, and what one is written about. Owns no table; whoever asks has been
 * found to be themselves. May import `auth`, `audit`, `mail`.
 */
import type { Account, AccountUpdate, AddressChange, PasswordChange } from '@padelvar/shared/account-api';
import { AppError } from '@padelvar/shared/errors';
import type { z } from 'zod';
import type { Audit } from '../audit/audit.ts';
import { findAccountSettings, saveAccountSettings } from '../auth/account-settings.ts';
import type { Accounts } from '../auth/accounts.ts';
import { createAttemptLimit } from '../auth/attempt-limit.ts';
import type { Caller } from '../auth/caller.ts';
import type { MailEntry } from '../auth/mail-entry.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Mail } from '../mail/mail.ts';

export interface OwnAccount {
  view(caller: Caller): Promise<Account>;
  update(caller: Caller, changes: z.output<typeof AccountUpdate>): Promise<Account>;
  /** All logins but this one end. */
  changePassword(caller: Caller, change: z.output<typeof PasswordChange>): Promise<void>;
  /** At once where the portal sends no mail; else when the link in it is opened. */
  changeAddress(
    caller: Caller,
    change: z.output<typeof AddressChange>,
  ): Promise<{ email: string; pending: boolean }>;
  /** Throws `bad_request` naming `field` where there is a password and this is not it. */
  requirePassword(caller: Caller, given: string | undefined, field: string): Promise<void>;
}

export interface OwnAccountOptions {
  db: Db;
  clock: Clock;
  auth: Accounts;
  audit: Audit;
  mail: Mail;
  mailEntry: MailEntry;
  origin: string;
}

const WRONG_PASSWORDS = 10;

export function createOwnAccount(options: OwnAccountOptions): OwnAccount {
  const { db, clock, auth, audit, mail, mailEntry, origin } = options;
  const { identities } = auth;
  const guesses = createAttemptLimit({ clock, maxFailures: WRONG_PASSWORDS, windowMs: 5 * 60_000 });

  const view: OwnAccount['view'] = async ({ userId }) => {
    const known = await identities.find(userId);
    if (known === undefined) throw new AppError('unauthenticated', 'expected an account; this one is gone');
    const hasPassword = await identities.hasPassword(userId);
    return { ...known, ...(await findAccountSettings(db, userId)), hasPassword, mail: mail.enabled };
  };
  const requirePassword: OwnAccount['requirePassword'] = async ({ userId }, given, field) => {
    if (!(await identities.hasPassword(userId))) return;
    guesses.check(userId);
    guesses.count(userId);
    if (given === undefined || !(await identities.isPassword(userId, given))) {
      throw new AppError('bad_request', 'expected your present password', { field, fault: 'wrong_password' });
    }
    guesses.forgive(userId);
  };
  return {
    view,
    requirePassword,
    async update(caller, { name, ...settings }) {
      if (name !== undefined) await identities.rename(caller.userId, name);
      const changes = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
      await saveAccountSettings(db, caller.userId, changes);
      return view(caller);
    },
    async changePassword(caller, { present, password }) {
      await requirePassword(caller, present, 'present');
      await identities.setPassword(caller.userId, password, caller.authSessionId);
      await audit.record(caller, 'account.set-password', caller.userId);
      const known = await identities.find(caller.userId);
      if (known?.emailVerified !== true) return;
      const { locale } = await findAccountSettings(db, caller.userId);
      const letter = { kind: 'password_changed', name: known.name, url: `${origin}/reset` } as const;
      await mail.post({ to: known.email, locale, letter });
    },
    async changeAddress(caller, { email, password }) {
      await requirePassword(caller, password, 'password');
      if (mail.enabled) await mailEntry.requestAddress(caller.userId, email);
      else await identities.move(caller.userId, email, false);
      await audit.record(caller, 'account.change-address', caller.userId, { pending: mail.enabled });
      return { email: email.toLowerCase(), pending: mail.enabled };
    },
  };
}
