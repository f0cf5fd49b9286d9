import type { Problem } from '@padelvar/shared/errors';
import type { CourtCodeView } from '@padelvar/shared/players-api';
import { error } from '@sveltejs/kit';
import { findMe } from '../../../guard.ts';
import type { PageServerLoad } from './$types';

/** The court is in the page's first answer: the button is there before any script asks for anything. */
export const load: PageServerLoad = async ({ fetch, params, locals }) => {
  const response = await fetch(`/api/codes/${encodeURIComponent(params.code)}`);
  if (response.status === 400) error(404, 'no such court');
  if (!response.ok) error(response.status, ((await response.json()) as Problem).detail);
  const court = (await response.json()) as CourtCodeView;
  return { court, me: findMe(locals), code: params.code };
};
