/** Who is asking, once a cookie or a token has been verified. */
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
}
