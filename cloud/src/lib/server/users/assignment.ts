/** Which roles and clubs may go together, and who may give them: pure. */
import { AppError } from '@padelvar/shared/errors';
import type { Role } from '@padelvar/shared/roles';
import type { Caller } from '../auth/caller.ts';

export interface Assignment {
  role: Role;
  clubIds: readonly string[];
}

/** Throws `bad_request` or `forbidden` where `by` may not give somebody this role in these clubs. */
export function checkAssignment(by: Caller, { role, clubIds }: Assignment): void {
  const isStaff = role === 'SUPER_ADMIN' || role === 'SUPPORT';
  if (isStaff && clubIds.length > 0) {
    throw new AppError('bad_request', `expected no clubs for ${role}, who sees them all`, {
      field: 'clubIds',
    });
  }
  if (role === 'CLUB_ADMIN' && clubIds.length === 0) {
    throw new AppError('bad_request', 'expected at least one club for CLUB_ADMIN', { field: 'clubIds' });
  }
  if (by.role === 'SUPER_ADMIN') return;
  if (isStaff) throw new AppError('forbidden', `your role ${by.role} cannot give the role ${role}`);
  const isWithinOwn = clubIds.length > 0 && clubIds.every((clubId) => by.clubIds.includes(clubId));
  if (!isWithinOwn) throw new AppError('forbidden', 'expected clubs that you administer, and at least one');
}
