/** Whether a link from one's mail leads nowhere any more. */
import { ApiError } from './request.ts';

export function isLinkOver(failure: unknown): boolean {
  return failure instanceof ApiError && [400, 404, 410].includes(failure.status);
}
