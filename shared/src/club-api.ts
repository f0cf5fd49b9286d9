/**
 * The part of the portal's REST API with which a club is run: members and invitations, what its videos take, how much is
 * recorded. Instants are ISO 8601 in UTC, days are days of the club's time zone.
 */
import { z } from 'zod';
import { ClubId, CourtId, SessionId } from './ids.ts';
import { pageOf, PageQuery } from './page.ts';
import { Role } from './roles.ts';

const Instant = z.iso.datetime();
const Day = z.iso.date();

/** Days that an invitation may be accepted. */
export const INVITATION_DAYS = 14;

export const Member = z.object({
  userId: z.string(),
  name: z.string(),
  email: z.string(),
  role: Role,
});
export type Member = z.infer<typeof Member>;
export const MemberList = pageOf(Member);
export const MemberRef = z.object({ clubId: ClubId, userId: z.string().min(1).max(64) });

export const InvitationId = z.string().regex(/^[a-f0-9]{16}$/, 'expected 16 characters 0-9 a-f');
export const InvitationToken = z
  .string()
  .regex(/^[A-Za-z0-9_-]{32}$/, 'expected the 32 characters of an invitation');
export const InvitationCreate = z.object({
  role: z.enum(['PLAYER', 'CLUB_ADMIN']).default('PLAYER'),
  /** A word for oneself: who is meant. */
  label: z.string().trim().max(80).default(''),
  /** Where the link is sent as well, on portals that send mail. */
  email: z.email().max(254).optional(),
});
export const Invitation = z.object({
  invitationId: InvitationId,
  role: Role,
  label: z.string(),
  createdBy: z.string(),
  createdAt: Instant,
  expiresAt: Instant,
});
export type Invitation = z.infer<typeof Invitation>;
/** The address is in no other answer: the portal keeps only its hash. */
export const InvitationCreated = Invitation.extend({ url: z.url(), mailed: z.boolean() });
export const InvitationList = pageOf(Invitation);
export const InvitationRef = z.object({ clubId: ClubId, invitationId: InvitationId });
/** What whoever holds an invitation learns. */
export const InvitationView = z.object({ clubName: z.string(), role: Role, expiresAt: Instant });
export type InvitationView = z.infer<typeof InvitationView>;

/** What a club's videos take in the store, and what they would take when kept for so many days. */
export const StorageUse = z.object({
  videos: z.int().nonnegative(),
  /** Clips that have outlived their match and are stored by themselves. */
  keptClips: z.int().nonnegative(),
  /** Of both. */
  bytes: z.int().nonnegative(),
  /** Of a video on average; what such matches usually take where there is none yet. */
  bytesPerVideo: z.int().nonnegative(),
  /** Over the last 28 days, those since deleted included. */
  videosPerDay: z.number().nonnegative(),
});
export type StorageUse = z.infer<typeof StorageUse>;

export const StatisticsQuery = z.object({ days: z.coerce.number().int().min(1).max(92).default(28) });
export const Statistics = z.object({
  /** All days asked for, the oldest first; courts without a recording are left out of a day. */
  days: z.array(
    z.object({
      day: Day,
      courts: z.array(
        z.object({
          courtId: CourtId,
          recordings: z.int().nonnegative(),
          minutes: z.number().nonnegative(),
          failures: z.int().nonnegative(),
        }),
      ),
    }),
  ),
  courts: z.array(z.object({ courtId: CourtId, name: z.string() })),
});
export type Statistics = z.infer<typeof Statistics>;

export const AuditQuery = PageQuery.extend({
  userId: z.string().min(1).max(64).optional(),
  action: z.string().min(1).max(64).optional(),
  /** A session, court, club, device or user. */
  object: z.string().min(1).max(100).optional(),
});
export const AuditEntry = z.object({
  id: z.int(),
  at: Instant,
  userId: z.string().nullable(),
  userName: z.string(),
  action: z.string(),
  object: z.string(),
  detail: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
export const AuditList = pageOf(AuditEntry);

/** What a club reads of the audit log: looks at its courts and videos, and the portal seen as one of its members. */
export const CLUB_LOG_ACTIONS = [
  'preview.snapshot',
  'preview.stream',
  'video.watch',
  'video.download',
  'video.disclose',
  'video.hand-over',
  'impersonation.start',
] as const;
export const ClubLogEntry = z.object({
  id: z.int(),
  at: Instant,
  /** Empty where their account is gone. */
  userName: z.string(),
  role: Role.nullable(),
  action: z.enum(CLUB_LOG_ACTIONS),
  /** As whom they saw the portal; null where as themselves. */
  seenAs: z.string().nullable(),
  sessionId: SessionId.nullable(),
  courtName: z.string().nullable(),
  /** Empty where none was asked for. */
  reason: z.string(),
  /** To whom a match was given. */
  authority: z.string().nullable(),
});
export type ClubLogEntry = z.infer<typeof ClubLogEntry>;
export const ClubLog = pageOf(ClubLogEntry);
