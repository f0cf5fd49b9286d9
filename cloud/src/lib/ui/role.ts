/** Roles in the reader's language. */
import type { Role } from '@padelvar/shared/roles';
import { m } from '#lib/paraglide/messages.js';

const NAMES: Record<Role, () => string> = {
  SUPER_ADMIN: m.role_SUPER_ADMIN,
  SUPPORT: m.role_SUPPORT,
  CLUB_ADMIN: m.role_CLUB_ADMIN,
  PLAYER: m.role_PLAYER,
};

export function describeRole(role: Role): string {
  return NAMES[role]();
}
