/** A browser that records without an account: known by its claim token alone. */
export interface Guest {
  /** Stands in `match_session.owner_id`; no user's id begins like this. */
  guestId: string;
}

const PREFIX = 'guest_';

export function formatGuestId(random: string): string {
  return `${PREFIX}${random}`;
}

/** Whether a session's owner is a guest, that is: nobody has claimed it. */
export function isGuestId(ownerId: string): boolean {
  return ownerId.startsWith(PREFIX);
}
