/**
 * The part of the portal's REST API about people's own data: what is held of them, its end, objections of people who are
 * in a video, and what the authorities are given. Instants are ISO 8601 in UTC.
 */
import { z } from 'zod';
import { LoginUse } from './account-api.ts';
import { ClubId, CourtId, SessionId } from './ids.ts';
import { pageOf, PageQuery } from './page.ts';
import { EndReason, MovieState } from './session.ts';

const Instant = z.iso.datetime();

/** Hours that an objection hides a video at most. */
export const HIDDEN_HOURS = 72;

// --- one's own data

const OwnMatch = z.object({
  sessionId: z.string(),
  clubId: z.string(),
  courtId: z.string(),
  openedAt: Instant,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  state: z.string(),
  movie: MovieState,
  /** What was said to whoever started it. */
  notice: z.object({ version: z.string(), language: z.string(), text: z.string() }).nullable(),
});
const OwnVideo = z.object({
  sessionId: z.string(),
  bytes: z.int().nullable(),
  /** Of the portal's page, and of the file; both need one's login. */
  pageUrl: z.url(),
  fileUrl: z.url(),
});

/** A movie beside the match's: the camera changed what it sends. */
const OwnFurtherMovie = OwnVideo.extend({ number: z.int() });

const OwnClip = z.object({
  sessionId: SessionId,
  clipId: z.string(),
  name: z.string(),
  bytes: z.int(),
  /** Watch it, log in first. */
  pageUrl: z.url(),
  fileUrl: z.url(),
});

/** All that the portal holds about somebody. Other people are told of by no name. */
export const OwnData = z.object({
  madeAt: Instant,
  portal: z.url(),
  profile: z.object({
    userId: z.string(),
    email: z.string(),
    name: z.string(),
    role: z.string(),
    createdAt: z.string(),
    clubs: z.array(z.object({ clubId: z.string(), name: z.string() })),
  }),
  /** By what, since when and until when. */
  logins: z.array(LoginUse),
  /** Those one opened, and those one was let into. */
  matches: z.array(OwnMatch),
  takesPartIn: z.array(OwnMatch),
  /** Those of `matches` and `takesPartIn` that are in the library. */
  videos: z.array(OwnVideo),
  /** Movies beside those of `matches` and `takesPartIn`, as far as they have arrived. */
  furtherMovies: z.array(OwnFurtherMovie),
  /** Clips of `matches` and `takesPartIn` that can be watched, those kept of expired videos too. */
  clips: z.array(OwnClip),
  shares: z.array(
    z.object({
      sessionId: z.string(),
      label: z.string(),
      download: z.boolean(),
      createdAt: Instant,
      expiresAt: Instant,
    }),
  ),
  requests: z.array(z.object({ sessionId: z.string(), state: z.string(), createdAt: Instant })),
  /** What one did, and what others did about one. */
  log: z.array(
    z.object({
      at: Instant,
      byOneself: z.boolean(),
      action: z.string(),
      object: z.string(),
      detail: z.record(z.string(), z.unknown()),
    }),
  ),
});
export type OwnData = z.infer<typeof OwnData>;

/** What goes with an account. */
export const LeavePlan = z.object({
  /** Own videos, deleted for everybody, and how many of them others were let into. */
  videos: z.int(),
  sharedVideos: z.int(),
  /** Matches of others that one is taken out of; their videos stay. */
  takesPartIn: z.int(),
  /** Planned recordings that another administrator of their club gets, and those that go for want of one. */
  plansHandedOn: z.int(),
  plansLost: z.int(),
  /** Why it can't be done now: an own match is open, or nobody else could look after the portal. */
  obstacle: z.enum(['open_match', 'last_admin']).nullable(),
});
export type LeavePlan = z.infer<typeof LeavePlan>;
/** One's own e-mail address, typed: nobody leaves by a slip of the finger. */
export const LeaveRequest = z.object({ email: z.string().trim().max(254) });
export const Left = z.object({ videos: z.int() });

// --- objections

export const ObjectionId = z.string().regex(/^[a-f0-9]{16}$/, 'expected 16 characters 0-9 a-f');
/** When the match was, by the club's clock. */
export const ObjectionCreate = z.object({
  date: z.iso.date('expected a day such as 2026-06-01'),
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as 20:30'),
  message: z.string().trim().max(1000).default(''),
  /** How to answer; left empty by who wants no answer. */
  contact: z.string().trim().max(254).default(''),
});
export const Objection = z.object({
  objectionId: ObjectionId,
  courtId: CourtId,
  courtName: z.string(),
  /** Null where nothing was recorded on the court then. */
  sessionId: SessionId.nullable(),
  movie: MovieState.nullable(),
  at: Instant,
  message: z.string(),
  contact: z.string(),
  state: z.enum(['open', 'kept', 'deleted', 'lapsed']),
  createdAt: Instant,
  hidesUntil: Instant.nullable(),
  decidedAt: Instant.nullable(),
});
export type Objection = z.infer<typeof Objection>;
export const ObjectionList = pageOf(Objection);
export const ObjectionQuery = PageQuery.extend({ state: z.enum(['open', 'all']).default('all') });
export const ObjectionRef = z.object({ clubId: ClubId, objectionId: ObjectionId });
export const ObjectionDecision = z.object({ decision: z.enum(['keep', 'delete']) });

// --- the authorities

export const DisclosureRequest = z.object({
  /** Who asks, for instance a police station and a name. */
  authority: z.string().trim().min(3).max(200),
  /** By what right: the number of their order, and why. */
  reason: z.string().trim().min(10).max(1000),
});
export const Disclosure = z.object({
  madeAt: Instant,
  madeBy: z.string(),
  authority: z.string(),
  reason: z.string(),
  match: z.object({
    sessionId: SessionId,
    clubId: ClubId,
    clubName: z.string(),
    courtId: CourtId,
    courtName: z.string(),
    timeZone: z.string(),
    openedAt: Instant,
    startedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    reason: EndReason.nullable(),
    notice: z.object({ version: z.string(), language: z.string(), text: z.string() }).nullable(),
  }),
  movie: z.object({ bytes: z.int(), durationSeconds: z.number(), frames: z.int().nullable() }),
  /** Of the file, for an hour. */
  fileUrl: z.url(),
  /** Movies beside it, where the camera changed what it sends. */
  furtherMovies: z.array(
    z.object({
      number: z.int(),
      /** Where it begins on the match's own time line. */
      fromSeconds: z.number(),
      bytes: z.int(),
      durationSeconds: z.number(),
      frames: z.int(),
      /** As the match's own; null until it has arrived. */
      fileUrl: z.url().nullable(),
    }),
  ),
  /** Who did what to this match, by the portal's log. */
  log: z.array(z.object({ at: Instant, userId: z.string().nullable(), action: z.string() })),
});
export type Disclosure = z.infer<typeof Disclosure>;
