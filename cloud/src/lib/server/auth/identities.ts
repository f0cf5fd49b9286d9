/**
 * What an account is known by: its address, whether that is proved, its password. Reads and writes better-auth's tables
 * through its own adapter; asks nobody whether they may.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Db } from '../db/database.ts';
import type { BetterAuth } from './better-auth.ts';

export interface Identity {
  userId: string;
  email: string;
  name: string;
  emailVerified: boolean;
}

export interface Identities {
  find(userId: string): Promise<Identity | undefined>;
  findByEmail(email: string): Promise<Identity | undefined>;
  /** A player whose address is proved and who has no password. */
  create(email: string, name: string): Promise<Identity>;
  rename(userId: string, name: string): Promise<void>;
  /** Throws `conflict` where the address belongs to another account. */
  move(userId: string, email: string, emailVerified: boolean): Promise<void>;
  /**
   * Somebody who reads the account's mail has come in by it. Whoever made the account without reading it, and chose its
   * password, is shut out: password, passkeys and logins of before are gone.
   */
  prove(userId: string): Promise<void>;
  /** Its owner has confirmed the address while logged in, so all stays as it is. */
  confirm(userId: string): Promise<void>;
  hasPassword(userId: string): Promise<boolean>;
  isPassword(userId: string, password: string): Promise<boolean>;
  /** Ends all logins but `keepLoginId`. */
  setPassword(userId: string, password: string, keepLoginId?: string): Promise<void>;
}

const CREDENTIAL = 'credential';

export function createIdentities({ db, auth }: { db: Db; auth: BetterAuth }): Identities {
  const context = () => auth.$context;
  const findHash = async (userId: string): Promise<string | undefined> => {
    const accounts = await (await context()).internalAdapter.findAccounts(userId);
    return accounts.find(({ providerId }) => providerId === CREDENTIAL)?.password ?? undefined;
  };
  const update = async (userId: string, changes: Record<string, unknown>): Promise<void> => {
    await (await context()).internalAdapter.updateUser(userId, changes);
  };
  const find: Identities['find'] = async (userId) =>
    toIdentity(await (await context()).internalAdapter.findUserById(userId));
  const findByEmail: Identities['findByEmail'] = async (email) =>
    toIdentity((await (await context()).internalAdapter.findUserByEmail(email.toLowerCase()))?.user);
  return {
    find,
    findByEmail,
    async create(email, name) {
      const { internalAdapter } = await context();
      const user = await internalAdapter.createUser(
        { email: email.toLowerCase(), name, emailVerified: true, role: 'PLAYER' },
        { method: 'magic-link' },
      );
      return { userId: user.id, email: user.email, name: user.name, emailVerified: true };
    },
    rename: (userId, name) => update(userId, { name }),
    async move(userId, email, emailVerified) {
      const other = await findByEmail(email);
      if (other !== undefined && other.userId !== userId) throw emailTaken();
      await update(userId, { email: email.toLowerCase(), emailVerified });
    },
    async prove(userId) {
      const known = await find(userId);
      if (known === undefined || known.emailVerified) return;
      await db
        .deleteFrom('account')
        .where('userId', '=', userId)
        .where('providerId', '=', CREDENTIAL)
        .execute();
      await db.deleteFrom('passkey').where('user_id', '=', userId).execute();
      await db.deleteFrom('session').where('userId', '=', userId).execute();
      await update(userId, { emailVerified: true });
    },
    confirm: (userId) => update(userId, { emailVerified: true }),
    hasPassword: async (userId) => (await findHash(userId)) !== undefined,
    async isPassword(userId, password) {
      const hash = await findHash(userId);
      return hash !== undefined && (await (await context()).password.verify({ hash, password }));
    },
    async setPassword(userId, password, keepLoginId = '') {
      const { internalAdapter, password: hasher } = await context();
      const hash = await hasher.hash(password);
      if ((await findHash(userId)) !== undefined) await internalAdapter.updatePassword(userId, hash);
      else await linkPassword(auth, userId, hash);
      await db.deleteFrom('session').where('userId', '=', userId).where('id', '!=', keepLoginId).execute();
    },
  };
}

/** Gives an account its first password. */
export async function linkPassword(auth: BetterAuth, userId: string, hash: string): Promise<void> {
  const { internalAdapter } = await auth.$context;
  await internalAdapter.linkAccount({
    userId,
    providerId: CREDENTIAL,
    accountId: userId,
    password: hash,
  });
}

export function emailTaken(): AppError {
  return new AppError('conflict', 'expected an e-mail address without an account; this one has one', {
    field: 'email',
    fault: 'taken',
  });
}

interface FoundUser {
  id: string;
  email: string;
  name: string;
  emailVerified: boolean;
}

function toIdentity(user: FoundUser | null | undefined): Identity | undefined {
  if (user === null || user === undefined) return undefined;
  const { id: userId, email, name, emailVerified } = user;
  return { userId, email, name, emailVerified };
}
