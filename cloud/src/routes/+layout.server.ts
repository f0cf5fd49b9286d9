import { toMe } from '#lib/server/auth/caller.ts';
import type { LayoutServerLoad } from './$types';

/** Whom a super administrator sees the portal as, for the line above every page. */
export const load: LayoutServerLoad = ({ locals: { caller } }) => {
  if (caller?.impersonator === undefined) return {};
  return { seenAs: { name: caller.name, endsAt: toMe(caller).impersonator?.endsAt ?? '' } };
};
