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
  const find: Guests['find'] = async (headers) => {
    const token = readToken(headers);
    if (token === undefined) return undefined;
    const row = await db
      .selectFrom('guest')
      .select('id')
      .where('token_hash', '=', hashOf(token))
      .where('expires_at', '>', clock.nowMs())
      .executeTakeFirst();
    return row && { guestId: row.id };
  };
  const make = async (token: string): Promise<Guest> => {
    const guestId = formatGuestId(randomBytes(12).toString('hex'));
    const nowMs = clock.nowMs();
    const expiresAt = nowMs + CLAIM_SECONDS * 1000;
    await db
      .insertInto('guest')
      .values({ id: guestId, token_hash: hashOf(token), created_at: nowMs, expires_at: expiresAt })
      .execute();
    return { guestId };
  };
  const prolong = async ({ guestId }: Guest): Promise<void> => {
    const expiresAt = clock.nowMs() + CLAIM_SECONDS * 1000;
    await db.updateTable('guest').set({ expires_at: expiresAt }).where('id', '=', guestId).execute();
  };
  return {
    find,
    async enter(headers) {
      const known = await find(headers);
      const token = (known && readToken(headers)) ?? randomBytes(32).toString('base64url');
      if (known !== undefined) await prolong(known);
      const cookie = `${GUEST_COOKIE}=${token}; Max-Age=${String(CLAIM_SECONDS)}; ${attributes}`;
      return { guest: known ?? (await make(token)), cookie };
    },
    async end({ guestId }) {
      await db.deleteFrom('guest').where('id', '=', guestId).execute();
      return `${GUEST_COOKIE}=; Max-Age=0; ${attributes}`;
    },
  };
}

function readToken(headers: Headers): string | undefined {
  return /(?:^|;\s*)padelvar\.guest=([A-Za-z0-9_-]{43})(?:;|$)/.exec(headers.get('cookie') ?? '')?.[1];
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
