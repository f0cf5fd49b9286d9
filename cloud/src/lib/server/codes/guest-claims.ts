/** What a browser recorded as a guest becomes the account's that is logged in to there, whichever way. */
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Guest } from '../auth/guest.ts';
import type { Guests } from '../auth/guests.ts';
import type { Db } from '../db/database.ts';
import type { Sessions } from '../sessions/sessions.ts';

export interface GuestClaims {
  /**
   * Gives the guest's matches to the account and forgets the guest; `cookie` clears the browser's token. Undefined where
   * nothing changes hands: support owns no match, and nothing becomes somebody's by being looked at as them.
   */
  take(
    guest: Guest,
    who: Pick<Caller, 'userId' | 'impersonator'>,
  ): Promise<{ sessionIds: string[]; cookie: string } | undefined>;
}

export interface GuestClaimsOptions {
  db: Db;
  audit: Audit;
  guests: Pick<Guests, 'end'>;
  sessions: Pick<Sessions, 'claim'>;
}

export function createGuestClaims({ db, audit, guests, sessions }: GuestClaimsOptions): GuestClaims {
  return {
    async take(guest, who) {
      if (who.impersonator !== undefined || (await isSupport(db, who.userId))) return undefined;
      const sessionIds = await sessions.claim(guest.guestId, who.userId);
      for (const sessionId of sessionIds) await audit.record(who, 'session.claim', sessionId);
      return { sessionIds, cookie: await guests.end(guest) };
    },
  };
}

async function isSupport(db: Db, userId: string): Promise<boolean> {
  const user = await db.selectFrom('user').select('role').where('id', '=', userId).executeTakeFirst();
  return user?.role === 'SUPPORT';
}
