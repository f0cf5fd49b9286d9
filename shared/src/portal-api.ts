/**
 * The portal's REST API, section by section: request and answer of each route under `/api`. The portal
 * validates with these, generates its OpenAPI description from them, and its pages use them.
 * Instants are ISO 8601 in UTC. Lists are paged by an opaque `cursor`.
 */
import { z } from 'zod';
import { CameraAddress } from './camera.ts';
import { LogOwner, MAX_LOG_LINES, Uplink } from './device-answers.ts';
import { ClubId, CourtId, DeviceId, SessionId } from './ids.ts';
import { MAX_DURATION_MINUTES } from './limits.ts';
import { Locale } from './locale.ts';
import { ClubLogo, LogoGround } from './logo.ts';
import { FurtherVideo } from './library-api.ts';
import { EdgeSettings, Gap } from './link.ts';
import { NextPath } from './next-path.ts';
import { OpeningHours } from './opening-hours.ts';
import { pageOf, PageQuery } from './page.ts';
import { ShownNotice } from './recording-notice.ts';
import { Role } from './roles.ts';
import { EndReason, MovieState, PictureTrouble, SessionState } from './session.ts';
import { STORAGE_TROUBLES, StorageTrouble } from './storage-trouble.ts';

const Instant = z.iso.datetime();
const Name = z.string().trim().min(1).max(200);
const Email = z.email().max(254);
const Password = z.string().min(8).max(128);

// --- accounts

export const LoginRequest = z.object({ email: Email, password: z.string().min(1).max(128) });
export const RegisterRequest = z.object({
  email: Email,
  name: Name,
  password: Password,
  /** A club that anybody may join. */
  clubId: ClubId.optional(),
  /** Of the invitation that led here: it is good for an account where nobody else may make one. */
  invitation: z.string().max(64).optional(),
  /** The language of its mail. */
  locale: Locale.default('en'),
});
export const ResetRequest = z.object({
  email: Email,
  /** A path of this portal to go to once the new password is logged in with. */
  next: NextPath,
});
export const ResetConfirm = z.object({ token: z.string().min(1).max(256), password: Password });
/** An administrator sets somebody's password; all logins of theirs end. */
export const PasswordSet = z.object({ password: Password });
export const LoginResponse = z.object({ token: z.string(), expiresInSeconds: z.int() });

export const Me = z.object({
  userId: z.string(),
  email: z.string(),
  name: z.string(),
  role: Role,
  clubIds: z.array(ClubId),
  /** The super administrator who sees the portal as this user, and until when. */
  impersonator: z.object({ userId: z.string(), name: z.string(), endsAt: Instant }).optional(),
});
export type Me = z.infer<typeof Me>;

// --- clubs and courts

/** What holds at the courts of a club. */
const ClubRules = z.object({
  /** Whether anybody with a court's code may record within the opening hours. */
  guestsAllowed: z.boolean(),
  /** Null: always open. */
  openingHours: OpeningHours.nullable(),
  /** What happens to an open session when the next group arrives: its owner is asked, or it gives way when idle. */
  nextGroup: z.enum(['ask', 'replace']),
  /** Minutes without a recording after which a session gives way: since it was opened, or with `ask` since nobody answers. */
  nextGroupIdleMinutes: z.int().min(1).max(120),
  /** Minutes of a recording unless somebody says otherwise, and the most that may be asked for. */
  defaultMinutes: z.int().min(1).max(MAX_DURATION_MINUTES),
  maxMinutes: z.int().min(1).max(MAX_DURATION_MINUTES),
  /** Days that videos are kept; null: until somebody deletes them. */
  retentionDays: z.int().min(1).max(3650).nullable(),
  /** `#rrggbb`; null: the portal's own. */
  brandColor: z
    .string()
    .regex(/^#[0-9a-f]{6}$/, 'expected a colour such as #0b3fa8')
    .nullable(),
  /** Whether anybody who registers may name this club and is its player from then on; else by invitation only. */
  anybodyMayJoin: z.boolean(),
});
export const Club = ClubRules.extend({
  clubId: ClubId,
  name: z.string(),
  timeZone: z.string(),
  courts: z.int(),
  logo: ClubLogo.nullable(),
});
export type Club = z.infer<typeof Club>;
export const ClubList = pageOf(Club);
export const ClubCreate = z.object({
  clubId: ClubId,
  name: Name,
  timeZone: z.string().max(64).default('Europe/Paris'),
});
export const ClubUpdate = ClubRules.partial().extend({
  /** What the club's logo stands on. */
  logoGround: LogoGround.optional(),
  name: Name.optional(),
  timeZone: z.string().max(64).optional(),
});

export const Court = z.object({
  courtId: CourtId,
  clubId: ClubId,
  name: z.string(),
  deviceId: DeviceId.nullable(),
  /** Whether an address is stored. The address itself is write-only. */
  hasCamera: z.boolean(),
  /** What the device last said of the camera. */
  cameraState: z.enum(['unknown', 'ok', 'failed']),
  cameraReason: EndReason.nullable(),
  deviceOnline: z.boolean(),
  /** The open session on this court, where there is one. */
  busy: z.boolean(),
  /** Whether its camera stays connected while nobody plays, so that a session opens at once. */
  warm: z.boolean(),
  /** Whether sound is recorded. */
  audio: z.boolean(),
  /** Whether its live picture is there almost at once, for a little more of the mini-PC. */
  lowDelay: z.boolean(),
});
export type Court = z.infer<typeof Court>;
export const CourtList = pageOf(Court);
export const CourtCreate = z.object({
  courtId: CourtId,
  name: Name,
  deviceId: DeviceId.optional(),
  cameraAddress: CameraAddress.optional(),
});
export const CourtUpdate = z.object({
  name: Name.optional(),
  deviceId: DeviceId.nullable().optional(),
  cameraAddress: CameraAddress.optional(),
  warm: z.boolean().optional(),
  audio: z.boolean().optional(),
  lowDelay: z.boolean().optional(),
});

/** A camera to look through before it is stored; the court's own where no address is given. */
export const CameraTestRequest = z.object({
  courtId: CourtId,
  deviceId: DeviceId,
  cameraAddress: CameraAddress.optional(),
});

// --- administration

export const User = z.object({
  userId: z.string(),
  email: z.string(),
  name: z.string(),
  role: Role,
  clubIds: z.array(ClubId),
  createdAt: Instant,
});
export type User = z.infer<typeof User>;
export const UserCreate = z.object({
  email: Email,
  name: Name,
  password: Password,
  role: Role,
  clubIds: z.array(ClubId).max(50).default([]),
});
export const UserList = pageOf(User);
export const UserUpdate = z.object({
  name: Name.optional(),
  role: Role.optional(),
  clubIds: z.array(ClubId).max(50).optional(),
});

/** What a club sets of its mini-PC; null for the default, absent for no change. */
export const DeviceSettings = z.object({
  /** The most that uploads may take of the line; lifted while a match would leave a backlog. */
  uplinkKbitPerSecond: EdgeSettings.shape.uplinkKbitPerSecond.unwrap().nullable().optional(),
  /** How long a copy stays on the mini-PC once the library has the video. */
  keepUploadedHours: EdgeSettings.shape.keepUploadedHours.unwrap().nullable().optional(),
});
export type DeviceSettings = z.infer<typeof DeviceSettings>;

export const Device = z.object({
  deviceId: DeviceId,
  clubId: ClubId,
  name: z.string(),
  online: z.boolean(),
  /** Another one with each of its connections: one that was lost and is back is told from one that went on. */
  epoch: z.int(),
  lastSeenAt: Instant.nullable(),
  build: z.string().nullable(),
  lan: z.array(z.string()),
  /** Device clock minus portal clock when last heard. */
  clockOffsetMs: z.int().nullable(),
  sessions: z.int(),
  diskFreeBytes: z.int().nullable(),
  /** How long the disk lasts for what is being recorded, or for one court. */
  recordingMinutesLeft: z.int().nullable(),
  /** What is wrong with the folder for videos. */
  media: z.enum(['missing', 'replaced']).nullable(),
  /** What keeps its movies from the store at the moment, and how many wait for that. */
  storage: z.object({ trouble: StorageTrouble, waiting: z.int() }).nullable(),
  uplink: Uplink.nullable(),
  settings: DeviceSettings,
});
export type Device = z.infer<typeof Device>;
export const DeviceList = pageOf(Device);
/** The last lines of the daemon's log, and of one FFmpeg log where `of` names a court or a session. */
export const LogsRequest = z.object({
  lines: z.int().min(1).max(MAX_LOG_LINES).default(200),
  of: LogOwner.optional(),
});
/** Whether recordings may lose the seconds of the restart, where some would. */
export const RestartRequest = z.object({ acceptGap: z.boolean().default(false) });
/** A single-use enrolment token, shown once. */
export const EnrollmentCreate = z.object({ clubId: ClubId, name: Name });
export const Enrollment = z.object({ token: z.string(), expiresAt: Instant });

// --- sessions and recordings

export const SessionCreate = z.object({ courtId: CourtId });
export const SessionRef = z.object({ sessionId: SessionId });

export const DurationMinutes = z
  .int()
  .min(1, `expected 1 to ${String(MAX_DURATION_MINUTES)} minutes`)
  .max(MAX_DURATION_MINUTES, `expected 1 to ${String(MAX_DURATION_MINUTES)} minutes`);
export const RecordStart = z.object({
  sessionId: SessionId,
  /** The club's usual length where left out. */
  durationMinutes: DurationMinutes.optional(),
  /** What whoever starts it was shown; kept with the match. */
  notice: ShownNotice.optional(),
});

export const Session = z.object({
  sessionId: SessionId,
  clubId: ClubId,
  /** Of its club. */
  timeZone: z.string(),
  courtId: CourtId,
  courtName: z.string(),
  ownerId: z.string(),
  ownerName: z.string(),
  state: SessionState,
  reason: EndReason.nullable(),
  detail: z.string().nullable(),
  openedAt: Instant,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  durationSeconds: z.int().nullable(),
  movie: MovieState,
  deviceOnline: z.boolean(),
  /** What its camera shows is no match; null also where nobody looks. */
  picture: PictureTrouble.nullable(),
});
export type Session = z.infer<typeof Session>;
export const SessionList = pageOf(Session);

export const RecordStatus = z.object({
  sessionId: SessionId,
  active: z.boolean(),
  state: SessionState,
  reason: EndReason.nullable(),
  detail: z.string().nullable(),
  elapsedSeconds: z.number().nonnegative(),
  durationSeconds: z.number().nonnegative(),
  /** What the club records unless somebody says otherwise, and the most that it lets be recorded. */
  usualSeconds: z.number().positive(),
  longestSeconds: z.number().positive(),
  progressPercent: z.number().min(0).max(100),
  /** Whether bytes grew on the edge's disk in the last 3 s, when last heard. */
  growing: z.boolean(),
  bytes: z.int().nonnegative(),
  uploadedBytes: z.int().nonnegative(),
  movie: MovieState,
  gaps: z.array(Gap),
  /** Seconds until the movie is ready, where that can be told. */
  etaSeconds: z.number().nonnegative().nullable(),
  /** What keeps the movie from the store at the moment; it waits on the club's box. */
  storage: StorageTrouble.nullable(),
  deviceOnline: z.boolean(),
  /** Whether what there is of it can be watched on the club's own network. */
  watchAtClub: z.boolean(),
  /** What its camera shows is no match; null also where nobody looks. The recording goes on. */
  picture: PictureTrouble.nullable(),
});
export type RecordStatus = z.infer<typeof RecordStatus>;

/** The way to a match on the club's own network, while it is not in the library yet. */
export const ClubWatch = z.object({
  /** Of the recorder's own page: to be opened at the top level, on the club's network. */
  url: z.string(),
  expiresAt: Instant,
  movie: MovieState,
  /** Seconds until the movie is in the library, where that can be told. */
  etaSeconds: z.number().nonnegative().nullable(),
});
export type ClubWatch = z.infer<typeof ClubWatch>;

export const Video = z.object({
  sessionId: SessionId,
  clubId: ClubId,
  clubName: z.string(),
  /** The club's: when a match was played is said in it. */
  timeZone: z.string(),
  courtId: CourtId,
  courtName: z.string(),
  ownerId: z.string(),
  ownerName: z.string(),
  recordedAt: Instant,
  durationSeconds: z.number().nonnegative(),
  bytes: z.int().nonnegative(),
  width: z.int(),
  height: z.int(),
  /** `avc1` for H.264, `hvc1` for H.265; null until it is known. */
  codec: z.string().nullable(),
  movie: MovieState,
  reason: EndReason.nullable().describe(
    'Why its recording ended or failed; null where nobody has said so, or it still runs',
  ),
  missingSince: Instant.nullable().describe(
    'Since when the storage is known to have it no more, though nobody deleted it',
  ),
  /** Whether it can be played by its playlist, and what pictures there are of it. */
  stream: z.boolean(),
  thumbnail: z.boolean(),
  storyboard: z.boolean(),
  /** When it will be deleted, where its club deletes videos after some days. */
  expiresAt: Instant.nullable(),
  /** Until then nobody is shown it: somebody who is in it objects, and the club has not decided. */
  hiddenUntil: Instant.nullable(),
  /** Stretches without pictures, in milliseconds of the movie. */
  gaps: z.array(Gap),
  /** What was recorded in another codec. */
  further: z.array(FurtherVideo),
  canDelete: z.boolean(),
  canShare: z.boolean(),
});
export type Video = z.infer<typeof Video>;
export const VideoList = pageOf(Video);
/** For whoever could not play it: `look` asks the storage whether it is there. */
export const VideoLook = z.object({
  look: z
    .enum(['true', 'false'])
    .optional()
    .describe('`true` to look for it in the storage, for whoever could not play it'),
});
/**
 * `from` and `to` are instants of the recording's beginning, the second excluded; `date` is the day on which it began by
 * the clock of its own club.
 */
export const VideoQuery = PageQuery.extend({
  clubId: ClubId.optional(),
  courtId: CourtId.optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  date: z.iso.date().optional(),
});

/** What was deleted, by whom, and which copies are gone. */
export const DeletionReceipt = z.object({
  sessionId: SessionId,
  clubName: z.string(),
  courtName: z.string(),
  timeZone: z.string(),
  recordedAt: Instant,
  durationSeconds: z.number().nonnegative(),
  bytes: z.int().nonnegative(),
  deletedAt: Instant,
  deletedBy: z.string(),
  /** Whether the portal's store has nothing of it any more. */
  storeErased: z.boolean(),
  /** When the club's box said that its copy is gone; null: it will be told when it is in touch. */
  deviceErasedAt: Instant.nullable(),
});
export type DeletionReceipt = z.infer<typeof DeletionReceipt>;

export const PreviewInfo = z.object({
  sessionId: SessionId,
  viewers: z.int().nonnegative(),
  frameAgeMs: z.int().nonnegative().nullable(),
  streaming: z.boolean(),
});

/** What store and database say of one another; nothing is deleted for it. */
export const StorageReport = z.object({
  at: Instant,
  objects: z.int(),
  bytes: z.int(),
  /** In the library, and not in the store. */
  missing: z.array(z.object({ key: z.string(), sessionId: z.string() })),
  wrongSize: z.array(z.object({ key: z.string(), sessionId: z.string() })),
  /** In the store, and nobody's. */
  unknown: z.array(z.object({ key: z.string(), bytes: z.int() })),
  /** What the store keeps of objects that were deleted or replaced, where it keeps versions. */
  oldVersions: z.array(z.object({ key: z.string(), bytes: z.int() })),
  /** What is arriving in the store, and nobody's. */
  unknownUploads: z.array(z.object({ key: z.string(), startedAt: Instant })),
});
export type StorageReport = z.infer<typeof StorageReport>;
export const StorageStatus = z.object({
  kind: z.enum(['folder', 's3']),
  state: z.enum(['ok', ...STORAGE_TROUBLES]),
  /** The last comparison; null before the first. */
  report: StorageReport.nullable(),
});

export const Health = z.object({
  status: z.enum(['ok', 'degraded']),
  database: z.boolean(),
  broker: z.boolean(),
  storage: z.boolean(),
  /** What is wrong with the store of movies. */
  storageState: z.enum(['ok', ...STORAGE_TROUBLES]),
  devices: z.object({ total: z.int(), online: z.int() }),
  recording: z.int(),
});
export type Health = z.infer<typeof Health>;
export const CleanupResponse = z.object({ closed: z.array(SessionId) });
