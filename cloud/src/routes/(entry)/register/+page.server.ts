import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, request }) => {
  const { guests, mayRegister } = locals.portal.services;
  const guest = await guests.find(request.headers);
  return { isOpen: await mayRegister({ guestId: guest?.guestId }) };
};
