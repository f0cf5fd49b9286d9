import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
  const { registrationOpen } = await locals.portal.services.portalSettings.get();
  return { registrationOpen };
};
