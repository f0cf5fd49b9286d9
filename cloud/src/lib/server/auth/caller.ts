/** Who is asking, once a cookie or a token has been verified. */
import type { Me } from '@padelvar/shared/portal-api';
import type { Role } from '@padelvar/shared/roles';

export interface Caller {
  userId: string;
  email: string;
  name: string;
  role: Role;
  /** Clubs the user belongs to; staff belong to none. */
  clubIds: string[];
  /** The login this request came by; logging out ends it. */
  authSessionId: string;
  /** The super administrator who sees the portal as this user, and until when (Unix milliseconds). */
  impersonator?: { userId: string; name: string; until: number } | undefined;
}

/** What pages and programs learn of it. */
export function toMe({ userId, email, name, role, clubIds, impersonator }: Caller): Me {
  const self = { userId, email, name, role, clubIds };
  if (impersonator === undefined) return self;
  const endsAt = new Date(impersonator.until).toISOString();
  return { ...self, impersonator: { userId: impersonator.userId, name: impersonator.name, endsAt } };
}
