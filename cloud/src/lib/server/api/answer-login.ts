/**
 * How a login is answered: the token for programs in the body, the cookie for browsers beside it. What the browser
 * recorded as a guest goes with it.
 */
import type { Context } from 'hono';
import type { Login } from '../auth/accounts.ts';
import type { GuestClaims } from '../codes/guest-claims.ts';
import type { ApiEnv } from './env.ts';

export async function answerLogin(
  c: Context<ApiEnv>,
  claims: GuestClaims,
  { cookies, userId, ...answer }: Login,
) {
  const guest = c.get('guest');
  const claimed = guest && (await claims.take(guest, { userId }));
  if (claimed !== undefined) c.set('guestCookie', claimed.cookie);
  for (const cookie of cookies) c.header('set-cookie', cookie, { append: true });
  return c.json(answer, 200);
}
