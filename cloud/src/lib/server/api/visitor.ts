/** Who asks, on routes that guests may use as well. */
import type { Context } from 'hono';
import type { Action, Visitor } from '../access/decide.ts';
import type { ApiEnv } from './env.ts';
import { LOGGED_IN } from './describe.ts';
import type { Services } from './services.ts';

/** As `LOGGED_IN`, or the guest who made the recording. */
export const LOGGED_IN_OR_GUEST = [...LOGGED_IN, { guest: [] }];

/** A login counts before a guest's cookie in the same browser. */
export function visitorOf(c: Context<ApiEnv>): Visitor {
  return c.get('caller') ?? c.get('guest');
}

/** Asks anew, for what goes on after the request has been let in. */
export async function findVisitor({ auth, guests }: Services, headers: Headers): Promise<Visitor> {
  return (await auth.findCaller(headers)) ?? (await guests.find(headers));
}

/** Whether whoever sent `request` may still do that: throws where their login, their role or their part in the match is gone. */
export function planRecheck(
  services: Services,
  { headers }: Request,
  action: Action,
  sessionId: string,
): () => Promise<boolean> {
  return async () => {
    await services.gate.requireSession(await findVisitor(services, headers), action, sessionId);
    return true;
  };
}
