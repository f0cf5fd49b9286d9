import { error } from '@sveltejs/kit';
import type { CourtCodeView } from '@padelvar/shared/players-api';
import type { PageServerLoad } from './$types';

/** The court, for its name and its clock. */
export const load: PageServerLoad = async ({ fetch, params }) => {
  const response = await fetch(`/api/codes/${encodeURIComponent(params.code)}`);
  if (!response.ok) error(response.status === 400 ? 404 : response.status, 'no such court');
  return { court: (await response.json()) as CourtCodeView, code: params.code };
};
