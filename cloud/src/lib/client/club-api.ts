/** The client's part for whoever runs a club: members, invitations, numbers, the audit log. For `api.ts` to compose. */
import type {
  AuditList,
  ClubLog,
  InvitationCreate,
  InvitationCreated,
  InvitationList,
  InvitationView,
  MemberList,
  Statistics,
  StorageUse,
} from '@padelvar/shared/club-api';
import type { ClubLogo } from '@padelvar/shared/logo';
import type { CameraTest } from '@padelvar/shared/link';
import type { CameraTestRequest } from '@padelvar/shared/portal-api';
import type { Schedule, ScheduleCreate, ScheduleList } from '@padelvar/shared/schedule-api';
import type { z } from 'zod';
import { formatQuery, type PageRequest, type RequestOptions } from './request.ts';

type Call = <Answer>(path: string, options?: RequestOptions) => Promise<Answer>;

export interface AuditQuery extends PageRequest {
  userId?: string;
  action?: string;
  object?: string;
}

export function clubRunning(call: Call) {
  return {
    members: (clubId: string, page: PageRequest = {}) =>
      call<z.infer<typeof MemberList>>(`/api/clubs/${clubId}/members${formatQuery({ ...page })}`),
    removeMember: (clubId: string, userId: string) =>
      call<unknown>(`/api/clubs/${clubId}/members/${userId}`, { method: 'DELETE' }),
    invitations: (clubId: string, page: PageRequest = {}) =>
      call<z.infer<typeof InvitationList>>(`/api/clubs/${clubId}/invitations${formatQuery({ ...page })}`),
    /** The address of the invitation is in this answer and in no other. */
    invite: (clubId: string, json: z.input<typeof InvitationCreate>) =>
      call<z.infer<typeof InvitationCreated>>(`/api/clubs/${clubId}/invitations`, { method: 'POST', json }),
    revokeInvitation: (clubId: string, invitationId: string) =>
      call<unknown>(`/api/clubs/${clubId}/invitations/${invitationId}`, { method: 'DELETE' }),
    openInvitation: (token: string) => call<InvitationView>(`/api/invitations/${token}`),
    acceptInvitation: (token: string) =>
      call<{ clubId: string }>(`/api/invitations/${token}/accept`, { method: 'POST' }),
    /** What the camera is and one picture of it, stored nowhere. */
    testCamera: (clubId: string, json: z.input<typeof CameraTestRequest>) =>
      call<CameraTest>(`/api/clubs/${clubId}/camera-test`, { method: 'POST', json }),
    /** Who looked at the club's courts and videos. */
    clubLog: (clubId: string, page: PageRequest = {}) =>
      call<z.infer<typeof ClubLog>>(`/api/clubs/${clubId}/log${formatQuery({ ...page })}`),
    /** In the place of the one before. */
    setLogo: (clubId: string, file: Blob) =>
      call<ClubLogo>(`/api/clubs/${clubId}/logo`, { method: 'PUT', file }),
    removeLogo: (clubId: string) => call<unknown>(`/api/clubs/${clubId}/logo`, { method: 'DELETE' }),
    storageUse: (clubId: string) => call<StorageUse>(`/api/clubs/${clubId}/storage`),
    statistics: (clubId: string, days: number) =>
      call<Statistics>(`/api/clubs/${clubId}/statistics${formatQuery({ days })}`),
    schedules: (clubId: string, page: PageRequest = {}) =>
      call<z.infer<typeof ScheduleList>>(`/api/clubs/${clubId}/schedules${formatQuery({ ...page })}`),
    createSchedule: (clubId: string, json: z.input<typeof ScheduleCreate>) =>
      call<Schedule>(`/api/clubs/${clubId}/schedules`, { method: 'POST', json }),
    deleteSchedule: (clubId: string, scheduleId: string) =>
      call<unknown>(`/api/clubs/${clubId}/schedules/${scheduleId}`, { method: 'DELETE' }),
    audit: (asked: AuditQuery = {}) =>
      call<z.infer<typeof AuditList>>(`/api/admin/audit${formatQuery({ ...asked })}`),
  };
}
