/** The client's part about people's own data, and objections to a video. For `api.ts` to compose. */
import type {
  Disclosure,
  DisclosureRequest,
  LeavePlan,
  Objection,
  ObjectionCreate,
  ObjectionList,
} from '@padelvar/shared/privacy-api';
import type { z } from 'zod';
import { formatQuery, type PageRequest, type RequestOptions } from './request.ts';

type Call = <Answer>(path: string, options?: RequestOptions) => Promise<Answer>;

/** Where the browser saves what the portal holds about one. */
export const OWN_DATA_URL = '/api/privacy/data';

export function privacy(call: Call) {
  return {
    planLeaving: () => call<LeavePlan>('/api/privacy/account'),
    leave: (email: string) =>
      call<{ videos: number }>('/api/privacy/account/delete', { method: 'POST', json: { email } }),
    objectTo: (code: string, json: z.input<typeof ObjectionCreate>) =>
      call<unknown>(`/api/codes/${code}/objections`, { method: 'POST', json }),
    objections: (clubId: string, page: PageRequest = {}) =>
      call<z.infer<typeof ObjectionList>>(`/api/clubs/${clubId}/objections${formatQuery({ ...page })}`),
    decideObjection: (clubId: string, objectionId: string, decision: 'keep' | 'delete') =>
      call<Objection>(`/api/clubs/${clubId}/objections/${objectionId}`, {
        method: 'POST',
        json: { decision },
      }),
    disclose: (sessionId: string, json: z.input<typeof DisclosureRequest>) =>
      call<Disclosure>(`/api/video/files/${sessionId}/disclosure`, { method: 'POST', json }),
  };
}
