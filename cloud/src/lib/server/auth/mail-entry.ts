/**
 * What people do by links from their mail: log in, set a new password, confirm an address or move to another. Answers
 * tell nobody which addresses have an account. May import `db`, `mail`.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Locale } from '@padelvar/shared/locale';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Mail } from '../mail/mail.ts';
import { findAccountSettings, saveAccountSettings } from './account-settings.ts';
import type { Login } from './accounts.ts';
import { createAttemptLimit } from './attempt-limit.ts';
import { emailTaken, type Identities, type Identity } from './identities.ts';
import type { MayRegister } from './may-register.ts';
import { createMailTokens, MAIL_TOKEN_LIFE_MS } from './mail-tokens.ts';

export interface LoginLinkWish {
  email: string;
  name?: string | undefined;
  locale: Locale;
  next: string;
  /** What this guest recorded becomes the account's, in whatever browser the link is opened. */
  guestId: string | undefined;
}

export interface MailEntry {
  /** Sends a link that logs in; it makes an account where the address has none. */
  requestLogin(wish: LoginLinkWish, clientAddress: string): Promise<void>;
  /** Throws `gone` for a link that was used or has ended. */
  login(token: string, userAgent: string): Promise<{ login: Login; guestId: string | undefined }>;
  requestReset(wish: { email: string; next: string }, clientAddress: string): Promise<void>;
  /** Sets the password; all logins end. Answers whose it is. */
  reset(token: string, password: string): Promise<string>;
  requestVerification(userId: string): Promise<void>;
  /** Throws `too_many_requests`, and `conflict` for an address that has another account. */
  requestAddress(userId: string, email: string): Promise<void>;
  /** Confirms the account's address, or moves it to the one that the link went to. Answers whose it is. */
  confirm(token: string): Promise<{ userId: string; email: string }>;
}

export interface MailEntryOptions {
  db: Db;
  clock: Clock;
  mail: Mail;
  origin: string;
  identities: Identities;
  enter: (userId: string, userAgent: string) => Promise<Login>;
  mayRegister: MayRegister;
}

const LINKS_PER_CLIENT = 20;
const LINKS_PER_ADDRESS = 5;
/** New addresses that one account tries: each is written to, whoever's it is. */
const ADDRESSES_PER_ACCOUNT = 5;

export function createMailEntry(options: MailEntryOptions): MailEntry {
  const { db, clock, mail, origin, identities, enter, mayRegister } = options;
  const tokens = createMailTokens({ db, clock });
  const byClient = createAttemptLimit({ clock, maxFailures: LINKS_PER_CLIENT, windowMs: 60 * 60_000 });
  const byAddress = createAttemptLimit({ clock, maxFailures: LINKS_PER_ADDRESS, windowMs: 15 * 60_000 });
  const byAccount = createAttemptLimit({ clock, maxFailures: ADDRESSES_PER_ACCOUNT, windowMs: 60 * 60_000 });
  const count = (email: string, clientAddress: string): void => {
    if (!mail.enabled) throw mailMissing();
    byClient.check(clientAddress);
    byAddress.check(email.toLowerCase());
    byClient.count(clientAddress);
    byAddress.count(email.toLowerCase());
  };
  const issueFor = async (purpose: 'reset' | 'verify' | 'address', user: Identity, email = user.email) => {
    const { locale } = await findAccountSettings(db, user.userId);
    const about = { user_id: user.userId, email, name: null, locale, guest_id: null };
    await tokens.revoke(user.userId, [purpose]);
    return { token: await tokens.issue(purpose, about), locale };
  };
  const requireUser = async (userId: string): Promise<Identity> => {
    const user = await identities.find(userId);
    if (user === undefined) throw used();
    return user;
  };
  return {
    async requestLogin({ email, name, locale, next, guestId }, clientAddress) {
      count(email, clientAddress);
      const known = await identities.findByEmail(email);
      const invitation = /^\/i\/([\w-]+)$/.exec(next)?.[1];
      if (known === undefined && !(await mayRegister({ invitation, guestId }))) return;
      const wish = { user_id: known?.userId ?? null, email: email.toLowerCase(), name: name ?? null };
      const token = await tokens.issue('login', { ...wish, locale, guest_id: guestId ?? null });
      await mail.post({
        to: email,
        locale: known === undefined ? locale : (await findAccountSettings(db, known.userId)).locale,
        letter: { kind: 'login', url: `${origin}/l/${token}${formatNext(next)}` },
        goodForMs: MAIL_TOKEN_LIFE_MS.login,
      });
    },
    async login(token, userAgent) {
      const row = await tokens.take(token, ['login']);
      if (row === undefined) throw used();
      const known =
        row.user_id === null ? await identities.findByEmail(row.email) : await identities.find(row.user_id);
      // An address that has moved to another account since is not the one that was written to.
      if (row.user_id !== null && known?.email !== row.email) throw used();
      const user = known ?? (await join(db, identities, row));
      await identities.prove(user.userId);
      const guestId = row.guest_id ?? undefined;
      return { login: await enter(user.userId, userAgent), guestId };
    },
    async requestReset({ email, next }, clientAddress) {
      count(email, clientAddress);
      const user = await identities.findByEmail(email);
      if (user === undefined) return;
      const { token, locale } = await issueFor('reset', user);
      const letter = {
        kind: 'reset',
        name: user.name,
        url: `${origin}/reset/${token}${formatNext(next)}`,
      } as const;
      await mail.post({ to: user.email, locale, letter, goodForMs: MAIL_TOKEN_LIFE_MS.reset });
    },
    async reset(token, password) {
      const row = await tokens.take(token, ['reset']);
      const user = row?.user_id ? await identities.find(row.user_id) : undefined;
      if (user === undefined || user.email !== row?.email) throw used();
      await identities.prove(user.userId);
      await identities.setPassword(user.userId, password);
      await tokens.revoke(user.userId, ['login', 'reset']);
      return user.userId;
    },
    async requestVerification(userId) {
      const user = await requireUser(userId);
      if (!mail.enabled || user.emailVerified) return;
      byAddress.check(user.email);
      byAddress.count(user.email);
      const { token, locale } = await issueFor('verify', user);
      const letter = { kind: 'verify', name: user.name, url: `${origin}/confirm/${token}` } as const;
      await mail.post({ to: user.email, locale, letter });
    },
    async requestAddress(userId, email) {
      byAccount.check(userId);
      byAccount.count(userId);
      const user = await requireUser(userId);
      const other = await identities.findByEmail(email);
      if (other !== undefined && other.userId !== userId) throw emailTaken();
      byAddress.check(email.toLowerCase());
      byAddress.count(email.toLowerCase());
      const { token, locale } = await issueFor('address', user, email.toLowerCase());
      const letter = { kind: 'address', name: user.name, url: `${origin}/confirm/${token}` } as const;
      await mail.post({ to: email, locale, letter, goodForMs: MAIL_TOKEN_LIFE_MS.address });
    },
    async confirm(token) {
      const row = await tokens.take(token, ['verify', 'address']);
      const user = row?.user_id ? await identities.find(row.user_id) : undefined;
      if (row === undefined || user === undefined) throw used();
      if (row.purpose === 'verify') {
        if (user.email !== row.email) throw used();
        await identities.confirm(user.userId);
        return user;
      }
      await identities.move(user.userId, row.email, true);
      await tokens.revoke(user.userId, ['login', 'reset', 'verify']);
      if (user.emailVerified) {
        const letter = { kind: 'address_changed', name: user.name, email: row.email } as const;
        await mail.post({ to: user.email, locale: row.locale, letter });
      }
      return { userId: user.userId, email: row.email };
    },
  };
}

/** An account for whoever opened the link, called what they said or else what their address begins with. */
async function join(
  db: Db,
  identities: Identities,
  { email, name, locale }: { email: string; name: string | null; locale: Locale },
): Promise<Identity> {
  const user = await identities.create(email, name ?? email.split('@')[0] ?? email);
  await saveAccountSettings(db, user.userId, { locale });
  return user;
}

function formatNext(next: string): string {
  return next === '/' ? '' : `?next=${encodeURIComponent(next)}`;
}

function used(): AppError {
  return new AppError('gone', 'this link has been used or has expired; ask for a new one');
}

export function mailMissing(): AppError {
  return new AppError(
    'conflict',
    'this portal sends no mail; an administrator of your club can set a new password for you',
  );
}
