/**
 * The door to the portal's REST API, for pages and for programs: one method per route, typed by the shared contract. Owns
 * no state and no page; may import only its own parts, `request.ts`, `media-urls.ts` and types of `@padelvar/shared`, so
 * that it runs wherever there is a `fetch`.
 */
import type { Clip, ClipCreate, ClipList } from '@padelvar/shared/clip-api';
import type { ShareCreate, ShareCreated, SharedVideo, ShareList } from '@padelvar/shared/library-api';
import type {
  Club,
  ClubCreate,
  ClubList,
  ClubUpdate,
  ClubWatch,
  Court,
  CourtCreate,
  CourtList,
  CourtUpdate,
  DeletionReceipt,
  DeviceList,
  DeviceSettings,
  Enrollment,
  EnrollmentCreate,
  Health,
  LoginRequest,
  LoginResponse,
  Me,
  PreviewInfo,
  RecordStatus,
  RegisterRequest,
  Session,
  SessionList,
  User,
  UserCreate,
  UserList,
  UserUpdate,
  Video,
  VideoList,
} from '@padelvar/shared/portal-api';
import type { ShownNotice } from '@padelvar/shared/recording-notice';
import type { z } from 'zod';
import { ownAccount } from './account-api.ts';
import { clubRunning } from './club-api.ts';
import { deviceCare } from './device-api.ts';
import { courtside } from './courtside-api.ts';
import { privacy } from './privacy-api.ts';
import { portalSettings } from './settings-api.ts';
import { downloadUrl, getReasonedSnapshotUrl, getSnapshotUrl, getStreamUrl } from './media-urls.ts';
import {
  formatQuery,
  lookOptions,
  requestFile,
  requestJson,
  TAP_LIMIT_MS,
  type Fetch,
  type PageRequest,
  type RequestOptions,
} from './request.ts';

export interface SessionQuery extends PageRequest {
  /** Only sessions that are not over. */
  open?: boolean;
}

export interface VideoQuery extends PageRequest {
  courtId?: string | undefined;
  /** Instants. */
  from?: string | undefined;
  to?: string | undefined;
  /** The day on which it began, by the clock of its own club. */
  date?: string | undefined;
}

export type Api = ReturnType<typeof createApi>;
export type SessionPage = z.infer<typeof SessionList>;
export type PreviewState = z.infer<typeof PreviewInfo>;
export type UserPage = z.infer<typeof UserList>;
export type VideoPage = z.infer<typeof VideoList>;

/** A client over `fetch`: the browser's own, or a load function's. */
export function createApi(fetch: Fetch) {
  const call = <Answer>(path: string, options?: RequestOptions) =>
    requestJson(fetch, path, options) as Promise<Answer>;
  return {
    ...accounts(call),
    ...ownAccount(call),
    ...recording(call),
    ...courtside(call),
    ...clubRunning(call),
    ...deviceCare(call),
    ...privacy(call),
    ...portalSettings(call),
    ...library(call),
    ...administration(call),
    ...media(fetch),
  };
}

/** What is no JSON. A page gives addresses to the browser, which streams, resumes and saves by itself. */
function media(fetch: Fetch) {
  return {
    getStreamUrl,
    getSnapshotUrl,
    /** One picture of a court, for support; the portal writes the look and its reason into the club's log. */
    lookAtCourt: async (sessionId: string, reason: string) =>
      (await requestFile(fetch, getReasonedSnapshotUrl(sessionId, reason), 'image/jpeg')).blob(),
    /** For programs: the answer's body is the movie, or of a `range` such as `bytes=0-99` that piece of it. */
    downloadVideo: (sessionId: string, { range, signal }: { range?: string; signal?: AbortSignal } = {}) =>
      requestFile(fetch, downloadUrl(sessionId), 'video/mp4', {
        ...(range === undefined ? {} : { headers: { range } }),
        ...(signal === undefined ? {} : { signal }),
      }),
  };
}

type Call = <Answer>(path: string, options?: RequestOptions) => Promise<Answer>;

function accounts(call: Call) {
  return {
    login: (json: z.input<typeof LoginRequest>) =>
      call<z.infer<typeof LoginResponse>>('/api/auth/login', { method: 'POST', json }),
    logout: () => call<unknown>('/api/auth/logout', { method: 'POST' }),
    register: (json: z.input<typeof RegisterRequest>) =>
      call<unknown>('/api/auth/register', { method: 'POST', json }),
    me: () => call<Me>('/api/auth/me'),
  };
}

function recording(call: Call) {
  return {
    /** Opens the court's camera; the same key repeats the same opening. */
    createSession: (courtId: string, idempotencyKey?: string) =>
      call<Session>('/api/video/session/create', {
        method: 'POST',
        json: { courtId },
        limitMs: TAP_LIMIT_MS,
        ...(idempotencyKey === undefined ? {} : { headers: { 'idempotency-key': idempotencyKey } }),
      }),
    closeSession: (sessionId: string) =>
      call<unknown>('/api/video/session/close', { method: 'POST', json: { sessionId } }),
    listSessions: (page: SessionQuery = {}) => call<SessionPage>(`/api/video/session/list${query(page)}`),
    /** For the club's usual time where none is named; `notice` is what the page has shown. */
    startRecording: (sessionId: string, durationMinutes?: number, notice?: ShownNotice) =>
      call<RecordStatus>('/api/video/record/start', {
        method: 'POST',
        json: { sessionId, durationMinutes, notice },
        limitMs: TAP_LIMIT_MS,
      }),
    stopRecording: (sessionId: string) =>
      call<RecordStatus>('/api/video/record/stop', {
        method: 'POST',
        json: { sessionId },
        limitMs: TAP_LIMIT_MS,
      }),
    getRecordingStatus: (sessionId: string, signal?: AbortSignal) =>
      call<RecordStatus>(`/api/video/record/status/${sessionId}`, lookOptions(signal)),
    getPreviewInfo: (sessionId: string, signal?: AbortSignal) =>
      call<PreviewState>(`/api/preview/${sessionId}/info`, lookOptions(signal)),
    /** Also where a part does not work, which the portal answers with 503. */
    checkHealth: () => call<z.infer<typeof Health>>('/api/video/health', { answerStatus: 503 }),
  };
}

function library(call: Call) {
  return {
    listVideos: (page: VideoQuery = {}) => call<VideoPage>(`/api/video/files/list${query(page)}`),
    /** `look` asks the storage whether it is there, for whoever could not play it. */
    getVideo: (sessionId: string, look = false) =>
      call<Video>(`/api/video/files/${sessionId}${formatQuery({ look })}`),
    deleteVideo: (sessionId: string) =>
      call<DeletionReceipt>(`/api/video/files/${sessionId}`, { method: 'DELETE' }),
    /** A link to the match on the club's own network. */
    linkAtClub: (sessionId: string) => call<ClubWatch>(`/api/video/files/${sessionId}/local`),
    listShares: (sessionId: string, page: PageRequest = {}) =>
      call<z.infer<typeof ShareList>>(`/api/video/files/${sessionId}/shares${query(page)}`),
    /** The address of the link is in this answer and in no other. */
    createShare: (sessionId: string, json: z.input<typeof ShareCreate>) =>
      call<z.infer<typeof ShareCreated>>(`/api/video/files/${sessionId}/shares`, { method: 'POST', json }),
    revokeShare: (sessionId: string, shareId: string) =>
      call<unknown>(`/api/video/files/${sessionId}/shares/${shareId}`, { method: 'DELETE' }),
    /** Of one match, or of all that one may watch. */
    listClips: (page: PageRequest = {}, sessionId?: string) =>
      call<z.infer<typeof ClipList>>(
        `${sessionId === undefined ? '/api/video/clips' : clipsOf(sessionId)}${query(page)}`,
      ),
    createClip: (sessionId: string, json: z.input<typeof ClipCreate>) =>
      call<Clip>(clipsOf(sessionId), { method: 'POST', json }),
    getClip: (sessionId: string, clipId: string) => call<Clip>(`${clipsOf(sessionId)}/${clipId}`),
    renameClip: (sessionId: string, clipId: string, name: string) =>
      call<Clip>(`${clipsOf(sessionId)}/${clipId}`, { method: 'PATCH', json: { name } }),
    /** Whether it stays when its match expires. */
    keepClip: (sessionId: string, clipId: string, kept: boolean) =>
      call<Clip>(`${clipsOf(sessionId)}/${clipId}`, { method: 'PATCH', json: { kept } }),
    deleteClip: (sessionId: string, clipId: string) =>
      call<unknown>(`${clipsOf(sessionId)}/${clipId}`, { method: 'DELETE' }),
    openShare: (token: string, look = false) =>
      call<SharedVideo>(`/api/shares/${token}${formatQuery({ look })}`),
  };
}

function administration(call: Call) {
  return {
    clubs: (page: PageRequest = {}) => call<z.infer<typeof ClubList>>(`/api/clubs${query(page)}`),
    createClub: (json: z.input<typeof ClubCreate>) => call<Club>('/api/clubs', { method: 'POST', json }),
    updateClub: (clubId: string, json: z.input<typeof ClubUpdate>) =>
      call<Club>(`/api/clubs/${clubId}`, { method: 'PATCH', json }),
    /** A `conflict` while it has mini-PCs, videos or open sessions. */
    deleteClub: (clubId: string) => call<unknown>(`/api/clubs/${clubId}`, { method: 'DELETE' }),
    courts: (page: PageRequest = {}) => call<z.infer<typeof CourtList>>(`/api/courts${query(page)}`),
    createCourt: (clubId: string, json: z.input<typeof CourtCreate>) =>
      call<Court>(`/api/clubs/${clubId}/courts`, { method: 'POST', json }),
    updateCourt: (courtId: string, json: z.input<typeof CourtUpdate>) =>
      call<Court>(`/api/courts/${courtId}`, { method: 'PATCH', json }),
    /** Its videos stay; `court_busy` while a session is open on it. */
    deleteCourt: (courtId: string) => call<unknown>(`/api/courts/${courtId}`, { method: 'DELETE' }),
    users: (page: PageRequest = {}) => call<UserPage>(`/api/admin/users${query(page)}`),
    createUser: (json: z.input<typeof UserCreate>) =>
      call<User>('/api/admin/users', { method: 'POST', json }),
    updateUser: (userId: string, json: z.input<typeof UserUpdate>) =>
      call<User>(`/api/admin/users/${userId}`, { method: 'PATCH', json }),
    /** Sets somebody's password; all logins of theirs end. */
    setPassword: (userId: string, password: string) =>
      call<unknown>(`/api/admin/users/${userId}/password`, { method: 'POST', json: { password } }),
    devices: (page: PageRequest = {}) => call<z.infer<typeof DeviceList>>(`/api/admin/devices${query(page)}`),
    /** It is cut off at once. */
    removeDevice: (deviceId: string) => call<unknown>(`/api/admin/devices/${deviceId}`, { method: 'DELETE' }),
    /** What its uploads may take of the line, and how long it keeps its copies. */
    updateDevice: (deviceId: string, json: z.input<typeof DeviceSettings>) =>
      call<z.infer<typeof DeviceSettings>>(`/api/admin/devices/${deviceId}`, { method: 'PATCH', json }),
    /** A single-use token; the answer is the only time it is shown. */
    enroll: (json: z.input<typeof EnrollmentCreate>) =>
      call<z.infer<typeof Enrollment>>('/api/admin/devices/enrollments', { method: 'POST', json }),
  };
}

function clipsOf(sessionId: string): string {
  return `/api/video/files/${sessionId}/clips`;
}

function query(wanted: SessionQuery & VideoQuery): string {
  return formatQuery({ ...wanted });
}
