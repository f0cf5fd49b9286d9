/**
 * The API of one's own account: what it is, how one logs in to it, and by what devices one is logged in. Also how one
 * gets in by a link that was sent by mail, or by a passkey.
 */
import { z } from 'zod';
import { Locale } from './locale.ts';
import { NextPath } from './next-path.ts';

const Instant = z.iso.datetime();
const Name = z.string().trim().min(1).max(200);
const Email = z.email().max(254);
const Password = z.string().min(8).max(128);
/** A password that is asked for, not chosen. */
const KnownPassword = z.string().min(1).max(128);
export const MailToken = z.string().regex(/^[A-Za-z0-9_-]{32}$/, 'expected the 32 characters of a link');

/** How one may get in here. */
export const LoginWays = z.object({ mail: z.boolean() });
export type LoginWays = z.infer<typeof LoginWays>;

export const LoginLinkRequest = z.object({
  email: Email,
  /** Of the account that is made where there is none yet. */
  name: Name.optional(),
  locale: Locale.default('en'),
  /** A path of this portal to go to then. */
  next: NextPath,
});
export const MailTokenRequest = z.object({ token: MailToken });

export const Account = z.object({
  userId: z.string(),
  email: z.string(),
  name: z.string(),
  locale: Locale,
  /** Whether somebody who reads its mail has said so. */
  emailVerified: z.boolean(),
  hasPassword: z.boolean(),
  /** A mail for each match that is ready. */
  mailWhenReady: z.boolean(),
  /** Whether this portal sends mail at all. */
  mail: z.boolean(),
});
export type Account = z.infer<typeof Account>;
export const AccountUpdate = z.object({
  name: Name.optional(),
  locale: Locale.optional(),
  mailWhenReady: z.boolean().optional(),
});

/** The present password is asked for where there is one. */
export const PasswordChange = z.object({ present: KnownPassword.optional(), password: Password });
export const AddressChange = z.object({ email: Email, password: KnownPassword.optional() });
/** `pending`: the new address must be confirmed by the link that was sent to it. */
export const AddressChanged = z.object({ email: z.string(), pending: z.boolean() });

/** A login of one's own: a browser or a program. */
export const LoginUse = z.object({
  loginId: z.string(),
  /** Such as "Firefox" and "Android"; empty where unknown. */
  browser: z.string(),
  system: z.string(),
  createdAt: Instant,
  /** To some minutes. */
  seenAt: Instant,
  /** When it ends of itself. */
  expiresAt: Instant,
  /** The one that asks. */
  current: z.boolean(),
});
export type LoginUse = z.infer<typeof LoginUse>;
export const LoginUseList = z.object({ items: z.array(LoginUse) });
export const LoginRef = z.object({ loginId: z.string().min(1).max(64) });

export const Passkey = z.object({
  passkeyId: z.string(),
  name: z.string(),
  createdAt: Instant,
  usedAt: Instant.nullable(),
});
export type Passkey = z.infer<typeof Passkey>;
export const PasskeyList = z.object({ items: z.array(Passkey) });
export const PasskeyRef = z.object({ passkeyId: z.string().regex(/^[A-Za-z0-9_-]{1,1400}$/) });
export const PasskeyBegin = z.object({ password: KnownPassword.optional() });
/** What the browser's own interface is given, and what it answers: WebAuthn's JSON forms. */
export const PasskeyOptions = z.looseObject({ challenge: z.string() });
const CredentialAnswer = z.looseObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,1400}$/),
  response: z.looseObject({ clientDataJSON: z.string().max(4000) }),
});
export const PasskeyCreate = z.object({
  name: z.string().trim().min(1).max(80),
  credential: CredentialAnswer,
});
export const PasskeyLogin = z.object({ credential: CredentialAnswer });

/** Why a super administrator looks at the portal as somebody else; it stands in the audit log. */
export const ImpersonationStart = z.object({ reason: z.string().trim().min(3).max(300) });
export const Impersonation = z.object({ userId: z.string(), endsAt: Instant });
