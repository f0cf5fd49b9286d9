/** Who a user is to the portal. A PLAYER or CLUB_ADMIN belongs to clubs; the other two belong to none. */
import { z } from 'zod';

export const ROLES = ['SUPER_ADMIN', 'SUPPORT', 'CLUB_ADMIN', 'PLAYER'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;
