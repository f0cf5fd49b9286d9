/**
 * What a device answers when support asks it how it is: its last log lines, its state, and whether it may start anew.
 * Nothing in it is a camera's address, a password or a token.
 */
import { z } from 'zod';
import { CameraKind } from './camera.ts';
import { CourtId, SessionId } from './ids.ts';
import { EndReason, PictureTrouble, SessionState } from './session.ts';

const Count = z.int().nonnegative();

/** Log lines asked for, and the most there are of one log. */
export const MAX_LOG_LINES = 500;
/** Characters of one line; the rest of a longer one is cut off. */
export const MAX_LOG_LINE_CHARACTERS = 2_000;
/** Of one log as it stands in the packet, its escapes included: two logs fit one packet. */
export const MAX_LOG_BYTES = 100_000;

/** Whose FFmpeg log: a session's, or the newest of a court. */
export const LogOwner = z.union([CourtId, SessionId]);

const LogLines = z.array(z.string().max(MAX_LOG_LINE_CHARACTERS)).max(MAX_LOG_LINES);

/** The last lines of the daemon's log since it began, and of one FFmpeg log where that was asked for; oldest first. */
export const DeviceLogs = z.object({
  daemon: LogLines,
  ffmpeg: z
    .object({
      /** Of which session, or that a warm court’s own log it is. */
      name: z.string().max(100),
      lines: LogLines,
    })
    .optional(),
});
export type DeviceLogs = z.infer<typeof DeviceLogs>;

/** The recordings that lose the seconds of a restart: their cameras’ pictures go through the daemon. */
export const RestartAnswer = z.object({
  /** False where it would cost pictures and that was not agreed to. */
  begun: z.boolean(),
  interrupts: z.array(CourtId).max(100),
});
export type RestartAnswer = z.infer<typeof RestartAnswer>;

/** The line as uploads find it, kbit/s. */
export const Uplink = z.object({
  /** What it was last seen to carry. */
  measuredKbitPerSecond: Count.optional(),
  /** What uploads may take of it now; all of it where this is absent. */
  limitKbitPerSecond: Count.optional(),
  /** The limit lies above the setting, since a backlog would grow otherwise. */
  lifted: z.boolean(),
});

const DiagnosedCourt = z.object({
  courtId: CourtId,
  state: z.enum(['unknown', 'ok', 'failed']),
  reason: EndReason.optional(),
  /** What goes on there now. */
  session: z
    .object({
      sessionId: SessionId,
      state: SessionState,
      cameraKind: CameraKind.optional(),
      growing: z.boolean(),
      gaps: Count,
      picture: PictureTrouble.optional(),
    })
    .optional(),
});

export const Diagnostics = z.object({
  build: z.string().max(64),
  node: z.string().max(64),
  /** As FFmpeg calls itself; absent where it does not answer. */
  ffmpeg: z.string().max(200).optional(),
  system: z.string().max(200),
  daemonUptimeSeconds: Count,
  machineUptimeSeconds: Count,
  /** Whether something starts the daemon again when it ends. */
  supervised: z.boolean(),
  /** The device's wall clock minus portal time; absent while portal time is not known. */
  clockOffsetMs: z.int().optional(),
  disk: z.object({
    freeBytes: Count,
    totalBytes: Count,
    recordingMinutesLeft: Count,
    media: z.enum(['missing', 'replaced']).optional(),
  }),
  memory: z.object({ daemonBytes: Count, freeBytes: Count, totalBytes: Count }),
  loadAverage: z.number().nonnegative(),
  cores: Count,
  courts: z.array(DiagnosedCourt).max(100),
  /** Finished movies that the store does not hold whole yet, the next first. */
  uploads: z.object({
    waiting: Count,
    missingBytes: Count,
    next: z.array(z.object({ sessionId: SessionId, missingBytes: Count })).max(10),
  }),
  line: Uplink.optional(),
});
export type Diagnostics = z.infer<typeof Diagnostics>;
