/**
 * Guests: browsers bound to what they record by a claim token in an HttpOnly cookie, kept as its hash, good for a day.
 * Owns the `guest` table; knows nothing of sessions. May import `db`.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import { formatGuestId, type Guest } from './guest.ts';

/** How long after the last start a guest can still claim it. */
export const CLAIM_SECONDS = 24 * 60 * 60;
export const GUEST_COOKIE = 'padelvar.guest';

export interface Guests {
  /** Undefined where the request carries no token, or one that has ended. */
  find(headers: Headers): Promise<Guest | undefined>;
  /**
   * The `Set-Cookie` line of a token that makes nobody a guest yet; undefined where the browser has one. With it, the answer to
   * what it then does may be lost: asking again comes as the same guest.
   */
  offer(headers: Headers): string | undefined;
  /** The guest of this browser, made where there is none, for another day. `cookie` is the `Set-Cookie` line. */
  enter(headers: Headers): Promise<{ guest: Guest; cookie: string }>;
  /** Forgets the guest. Answers with the `Set-Cookie` line that clears the browser's token. */
  end(guest: Guest): Promise<string>;
}

export interface GuestsOptions {
  db: Db;
  clock: Clock;
  origin: string;
}

export function createGuests({ db, clock, origin }: GuestsOptions): Guests {
  const attributes = `Path=/; HttpOnly; SameSite=Lax${origin.startsWith('https:') ? '; Secure' : ''}`;
  const formatCookie = (token: string): string =>
    `${GUEST_COOKIE}=${token}; Max-Age=${String(CLAIM_SECONDS)}; ${attributes}`;
  const findByToken = async (token: string): Promise<Guest | undefined> => {
    const row = await db
      .selectFrom('guest')
      .select('id')
      .where('token_hash', '=', hashOf(token))
      .where('expires_at', '>', clock.nowMs())
      .executeTakeFirst();
    return row && { guestId: row.id };
  };
  const find: Guests['find'] = async (headers) => {
    const token = readToken(headers);
    return token === undefined ? undefined : findByToken(token);
  };
  /** Two requests at once by one token are the same guest's. */
  const make = async (token: string): Promise<Guest> => {
    const nowMs = clock.nowMs();
    const tokenHash = hashOf(token);
    const row = {
      id: formatGuestId(randomBytes(12).toString('hex')),
      ...{ token_hash: tokenHash, created_at: nowMs, expires_at: nowMs + CLAIM_SECONDS * 1000 },
    };
    // Whose day is over comes back as somebody else.
    await db
      .deleteFrom('guest')
      .where('token_hash', '=', tokenHash)
      .where('expires_at', '<=', nowMs)
      .execute();
    await db
      .insertInto('guest')
      .values(row)
      .onConflict((conflict) => conflict.column('token_hash').doNothing())
      .execute();
    return (await findByToken(token)) ?? { guestId: row.id };
  };
  const prolong = async ({ guestId }: Guest): Promise<void> => {
    const expiresAt = clock.nowMs() + CLAIM_SECONDS * 1000;
    await db.updateTable('guest').set({ expires_at: expiresAt }).where('id', '=', guestId).execute();
  };
  return {
    find,
    offer: (headers) => (readToken(headers) === undefined ? formatCookie(createToken()) : undefined),
    async enter(headers) {
      const known = await find(headers);
      const token = readToken(headers) ?? createToken();
      if (known !== undefined) await prolong(known);
      return { guest: known ?? (await make(token)), cookie: formatCookie(token) };
    },
    async end({ guestId }) {
      await db.deleteFrom('guest').where('id', '=', guestId).execute();
      return `${GUEST_COOKIE}=; Max-Age=0; ${attributes}`;
    },
  };
}

function createToken(): string {
  return randomBytes(32).toString('base64url');
}

function readToken(headers: Headers): string | undefined {
  return /(?:^|;\s*)padelvar\.guest=([A-Za-z0-9_-]{43})(?:;|$)/.exec(headers.get('cookie') ?? '')?.[1];
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
