/**
 * A login without a password, for who has proved otherwise to be somebody: by a link from their mail, or a passkey. An
 * endpoint of better-auth that no route leads to, so that the cookie is made where every other is.
 */
import { APIError, createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { z } from 'zod';

const options = {
  method: 'POST',
  body: z.object({ userId: z.string() }),
  metadata: { SERVER_ONLY: true },
} as const;

export const enterEndpoint = {
  id: 'padelvar-enter',
  endpoints: {
    enter: createAuthEndpoint('/padelvar/enter', options, async (ctx) => {
      const { internalAdapter } = ctx.context;
      const user = await internalAdapter.findUserById(ctx.body.userId);
      if (user === null) throw new APIError('UNAUTHORIZED');
      const session = await internalAdapter.createSession(user.id);
      await setSessionCookie(ctx, { session, user });
      return { token: session.token };
    }),
  },
};
