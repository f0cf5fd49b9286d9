/**
 * Whether somebody may make an account here. Where the portal is closed to others, an invitation lets in, and so does a match:
 * a guest whom their club let record keeps it by an account. It makes nobody a member of that club.
 */
import type { Db } from '../db/database.ts';

export type MayRegister = (who: {
  invitation?: string | undefined;
  guestId?: string | undefined;
}) => Promise<boolean>;

export interface MayRegisterOptions {
  db: Db;
  isOpen: () => Promise<boolean>;
  isInvited: (invitation: string) => Promise<boolean>;
}

export function createMayRegister({ db, isOpen, isInvited }: MayRegisterOptions): MayRegister {
  return async ({ invitation, guestId }) =>
    (await isOpen()) ||
    (invitation !== undefined && (await isInvited(invitation))) ||
    (guestId !== undefined && (await hasRecorded(db, guestId)));
}

async function hasRecorded(db: Db, guestId: string): Promise<boolean> {
  const row = await db
    .selectFrom('match_session')
    .select('id')
    .where('owner_id', '=', guestId)
    .where('movie_state', 'in', ['recording', 'uploading', 'ready'])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
