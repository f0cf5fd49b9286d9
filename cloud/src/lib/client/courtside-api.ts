/** The client's part for players at the court: printed codes, guests, joining, extending. For `api.ts` to compose. */
import type {
  CourtCodeView,
  CourtSign,
  HandedOver,
  MatchJoined,
  MatchPeople,
  NextGroupAnswer,
} from '@padelvar/shared/players-api';
import type { RecordStatus, Session } from '@padelvar/shared/portal-api';
import type { z } from 'zod';
import { lookOptions, TAP_LIMIT_MS, type RequestOptions } from './request.ts';

type Call = <Answer>(path: string, options?: RequestOptions) => Promise<Answer>;
type NextGroup = z.infer<typeof NextGroupAnswer>;

export function courtside(call: Call) {
  return {
    lookAtCode: (code: string, signal?: AbortSignal) =>
      call<CourtCodeView>(`/api/codes/${code}`, lookOptions(signal)),
    /** Opens the court's camera, as a guest where nobody is logged in; the same key repeats the same opening. */
    openByCode: (code: string, idempotencyKey: string) =>
      call<Session>(`/api/codes/${code}/open`, {
        method: 'POST',
        headers: { 'idempotency-key': idempotencyKey },
        limitMs: TAP_LIMIT_MS,
      }),
    askToJoin: (code: string) => call<unknown>(`/api/codes/${code}/ask`, { method: 'POST' }),
    announceNextGroup: (code: string) => call<NextGroup>(`/api/codes/${code}/next`, { method: 'POST' }),
    extendRecording: (sessionId: string) =>
      call<RecordStatus>('/api/video/record/extend', {
        method: 'POST',
        json: { sessionId },
        limitMs: TAP_LIMIT_MS,
      }),
    getPeople: (sessionId: string, signal?: AbortSignal) =>
      call<MatchPeople>(`/api/matches/${sessionId}/people`, lookOptions(signal)),
    answerRequest: (sessionId: string, requestId: string, accept: boolean) =>
      call<MatchPeople>(`/api/matches/${sessionId}/requests/${requestId}`, {
        method: 'POST',
        json: { accept },
        limitMs: TAP_LIMIT_MS,
      }),
    joinMatch: (code: string) =>
      call<z.infer<typeof MatchJoined>>('/api/matches/join', { method: 'POST', json: { code } }),
    /** The club gives a match to the player with this address. */
    handOver: (sessionId: string, email: string) =>
      call<z.infer<typeof HandedOver>>(`/api/video/files/${sessionId}/owner`, {
        method: 'POST',
        json: { email },
      }),
    getSign: (courtId: string) => call<CourtSign>(`/api/courts/${courtId}/code`),
    rotateCode: (courtId: string) => call<CourtSign>(`/api/courts/${courtId}/code`, { method: 'POST' }),
  };
}
