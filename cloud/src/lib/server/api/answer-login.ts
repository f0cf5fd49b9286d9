/** How a login is answered: the token for programs in the body, the cookie for browsers beside it. */
import type { Context } from 'hono';
import type { Login } from '../auth/accounts.ts';
import type { ApiEnv } from './env.ts';

export function answerLogin(c: Context<ApiEnv>, { cookies, ...answer }: Login) {
  for (const cookie of cookies) c.header('set-cookie', cookie, { append: true });
  return c.json(answer, 200);
}
