/**
 * Bodies of the control link. Every message carries `v`; unknown members are ignored (plain `z.object` strips
 * them). Instants are Unix milliseconds of the portal unless the name says otherwise.
 */
import { z } from 'zod';
import { SealedCamera, CameraKind } from './camera.ts';
import { DeviceLogs, Diagnostics, LogOwner, MAX_LOG_LINES, RestartAnswer, Uplink } from './device-answers.ts';
import { ErrorKindSchema } from './errors.ts';
import { ClubId, CommandId, CourtId, DeviceId, SessionId } from './ids.ts';
import { MAX_DURATION_MINUTES, MAX_PRE_ROLL_SECONDS, MAX_TEST_PICTURE_BYTES } from './limits.ts';
import { EndReason, PictureTrouble, SessionState } from './session.ts';

const Instant = z.int().nonnegative();
const Count = z.int().nonnegative();

export const DesiredCourt = z.object({
  courtId: CourtId,
  clubId: ClubId,
  name: z.string().max(200),
  /** Absent while no camera has been set. */
  camera: SealedCamera.optional(),
  /** Whether the camera's sound is recorded too; it is not where this is absent. */
  audio: z.boolean().optional(),
  /** Whether the camera stays connected while nobody plays, so that a session opens at once; not where this is absent. */
  warm: z.boolean().optional(),
  /** Whether its live picture is to be there almost at once, for a little more of the device; not where this is absent. */
  lowDelay: z.boolean().optional(),
});
export type DesiredCourt = z.infer<typeof DesiredCourt>;

/** What the portal wants recorded in a session. A stop wins over its start, whichever arrives first. */
export const DesiredRecording = z.object({
  requestedAt: Instant,
  /** A start that has not begun by then never begins. */
  startDeadlineAt: Instant,
  durationSeconds: z
    .int()
    .positive()
    .max(MAX_DURATION_MINUTES * 60),
  stop: z.object({ requestedAt: Instant, reason: EndReason }).optional(),
});
export type DesiredRecording = z.infer<typeof DesiredRecording>;

/** A session that the portal wants open. One that is closed stays listed, with `close`, until it is reported ended. */
export const DesiredSession = z.object({
  sessionId: SessionId,
  courtId: CourtId,
  openDeadlineAt: Instant,
  recording: DesiredRecording.optional(),
  close: z.object({ requestedAt: Instant, reason: EndReason }).optional(),
});
export type DesiredSession = z.infer<typeof DesiredSession>;

export const EdgeSettings = z.object({
  orphanSessionSeconds: z.int().min(60).optional(),
  preRollSeconds: z.int().min(0).max(MAX_PRE_ROLL_SECONDS).optional(),
  /** The most that uploads may take of the line; lifted where a backlog would grow during a match. */
  uplinkKbitPerSecond: z.int().min(64).max(10_000_000).optional(),
  /** How long a copy stays on the device once the stored object was confirmed. */
  keepUploadedHours: z
    .int()
    .min(0)
    .max(365 * 24)
    .optional(),
});
export type EdgeSettings = z.infer<typeof EdgeSettings>;

/** Topic `desired`, and the answer of the HTTPS poll. A lower `rev` counts only under a new `generation`. */
export const Desired = z.object({
  v: z.literal(1),
  deviceId: DeviceId,
  generation: z.string().min(1).max(64),
  rev: Count,
  /** Only a lower bound: messages may be old. */
  serverTime: Instant,
  sessions: z.array(DesiredSession).max(500),
  courts: z.array(DesiredCourt).max(100),
  settings: EdgeSettings,
  /** Sessions whose video was deleted: listed until the device says in `erased` that its copy is gone. */
  deletions: z.array(SessionId).max(500).optional(),
  /** The last event of this device that the portal has stored; it counts whatever `rev` says. */
  eventsStored: z.object({ epoch: Count, seq: Count }).optional(),
});
export type Desired = z.infer<typeof Desired>;

/** A hole in the video, on the recording's own time line. */
export const Gap = z.object({ fromMs: Count, toMs: Count, reason: z.string().max(64) });
export type Gap = z.infer<typeof Gap>;

/** A movie beside the first: its camera was set to another codec in the middle, which no player plays in one file. */
export const FurtherMovie = z.object({
  number: z.int().min(2),
  /** Where it belongs on the recording's own time line. */
  fromMs: Count,
  bytes: Count,
  durationMs: Count,
  frames: Count,
  codec: z.string().max(32),
  width: Count,
  height: Count,
  /** Why it is not in the first. */
  reason: z.string().max(64),
});
export type FurtherMovie = z.infer<typeof FurtherMovie>;

export const ReportedRecording = z.object({
  /** Milliseconds since the recording began, by the device's monotonic clock; frozen at the end. */
  elapsedMs: Count,
  durationSeconds: Count,
  /** Media bytes on disk. */
  bytes: Count,
  /** Whether bytes grew in the last 3 s. */
  growing: z.boolean(),
  reason: EndReason.optional(),
  gaps: z.array(Gap).max(1000),
  /** Set once the movie is whole on the device. */
  movie: z
    .object({
      bytes: Count,
      durationMs: Count,
      frames: Count,
      codec: z.string().max(32),
      width: Count,
      height: Count,
    })
    .optional(),
  /** They lie on the device, beside the movie. */
  further: z.array(FurtherMovie).max(50).optional(),
  upload: z.object({
    sentBytes: Count,
    confirmed: z.boolean(),
    /** Milliseconds until the stored object is whole, as things stand; absent where that can't be told. */
    readyInMs: Count.optional(),
  }),
});
export type ReportedRecording = z.infer<typeof ReportedRecording>;

export const ReportedSession = z.object({
  sessionId: SessionId,
  courtId: CourtId,
  state: SessionState,
  reason: EndReason.optional(),
  /** A sentence for a person where something is wrong; never an address. */
  detail: z.string().max(300).optional(),
  cameraKind: CameraKind.optional(),
  /** What its pictures look like while it goes on; absent where they look like a match. */
  picture: PictureTrouble.optional(),
  recording: ReportedRecording.optional(),
});
export type ReportedSession = z.infer<typeof ReportedSession>;

/** Topic `reported`: what the device says is so. */
export const Reported = z.object({
  v: z.literal(1),
  generation: z.string().max(64),
  rev: Count,
  bootId: z.string().max(64),
  /** Grows at each start of the daemon. */
  epoch: Count,
  sessions: z.array(ReportedSession).max(500),
  courts: z
    .array(
      z.object({
        courtId: CourtId,
        state: z.enum(['unknown', 'ok', 'failed']),
        reason: EndReason.optional(),
      }),
    )
    .max(100),
  /** Those of the document's `deletions` of which nothing is left on the device. */
  erased: z.array(SessionId).max(500).optional(),
  lan: z.array(z.string().max(64)).max(16),
  /** Port of the page that answers at those addresses; absent while it answers on the device alone. */
  lanPort: z.int().min(1).max(65_535).optional(),
  build: z.string().max(64),
  /** The device's own wall clock, for the support staff to compare. */
  clock: Instant,
});
export type Reported = z.infer<typeof Reported>;

/** Topic `presence`, and the will (with `online: false`). A will of an older epoch is ignored. */
export const Presence = z.object({ v: z.literal(1), epoch: Count, online: z.boolean() });
export type Presence = z.infer<typeof Presence>;

/** Topic `commands/{commandId}`. */
export const Command = z.object({
  v: z.literal(1),
  commandId: CommandId,
  expiresAt: Instant,
  action: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('preview'),
      sessionId: SessionId,
      kind: z.enum(['stream', 'snapshot']),
      leaseSeconds: z.int().min(1).max(60),
    }),
    z.object({ type: z.literal('probe'), courtId: CourtId }),
    /** Looks through a camera that is not stored yet; through the court's own where no address is given. */
    z.object({ type: z.literal('test-camera'), courtId: CourtId, camera: SealedCamera.optional() }),
    z.object({
      type: z.literal('logs'),
      lines: z.int().min(1).max(MAX_LOG_LINES),
      /** Whose FFmpeg log comes too. */
      of: LogOwner.optional(),
    }),
    /** Ends the daemon in order; what supervises it starts it again. Without `acceptGap` not where that costs pictures. */
    z.object({ type: z.literal('restart'), acceptGap: z.boolean() }),
    z.object({ type: z.literal('diagnostics') }),
  ]),
});
export type Command = z.infer<typeof Command>;

/** What a camera is, and one small JPEG of it, in base64. */
export const CameraTest = z.object({
  kind: CameraKind,
  codec: z.string().max(32),
  hasAudio: z.boolean(),
  picture: z
    .base64()
    .max(Math.ceil(MAX_TEST_PICTURE_BYTES / 3) * 4)
    .min(4),
});
export type CameraTest = z.infer<typeof CameraTest>;

/** Topic `replies/{commandId}`. */
export const Reply = z.object({
  v: z.literal(1),
  commandId: CommandId,
  ok: z.boolean(),
  error: z.object({ kind: ErrorKindSchema, message: z.string().max(300) }).optional(),
  /** What `test-camera` has found. */
  camera: CameraTest.optional(),
  logs: DeviceLogs.optional(),
  restart: RestartAnswer.optional(),
  diagnostics: Diagnostics.optional(),
});
export type Reply = z.infer<typeof Reply>;

/** Topic `events`, from the device's durable outbox; `seq` lets the portal drop repeats. */
export const EdgeEvent = z.object({
  v: z.literal(1),
  epoch: Count,
  seq: Count,
  at: Instant,
  type: z.string().max(64),
  sessionId: SessionId.optional(),
  detail: z.string().max(300).optional(),
});
export type EdgeEvent = z.infer<typeof EdgeEvent>;

/** Topic `telemetry`. */
export const Telemetry = z.object({
  v: z.literal(1),
  at: Instant,
  uptimeSeconds: Count,
  rssBytes: Count,
  diskFreeBytes: Count,
  /** How long the disk lasts for what is being recorded, or for one court where nothing is. */
  recordingMinutesLeft: Count.optional(),
  /** Set while the folder for videos is not the one that belongs to the device. */
  media: z.enum(['missing', 'replaced']).optional(),
  loadAverage: z.number().nonnegative(),
  uplink: Uplink.optional(),
});
export type Telemetry = z.infer<typeof Telemetry>;
