/** Which open match of one's own a request ran into: what the portal says beside `own_match_open`. */
import { ApiError } from './request.ts';

/** For any thrown value; undefined where something else was in the way. */
export function findOpenMatch(error: unknown): string | undefined {
  if (!(error instanceof ApiError) || error.problem?.fault !== 'own_match_open') return undefined;
  const { sessionId } = error.problem;
  return typeof sessionId === 'string' ? sessionId : undefined;
}
