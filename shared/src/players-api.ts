/**
 * The part of the portal's REST API that players use at the court: its printed code, guests, joining a match, and the
 * live events of one. Instants are ISO 8601 in UTC.
 */
import { z } from 'zod';
import { CourtId, SessionId } from './ids.ts';
import { MAX_DURATION_MINUTES } from './limits.ts';
import { ClubLogo } from './logo.ts';
import { NextOpening } from './opening-hours.ts';

/** What a court's sign says in its QR code: 80 bits, without letters that look like digits. */
export const CourtCode = z.string().regex(/^[0-9a-hjkmnp-tv-z]{16}$/, 'expected the 16 characters of a code');
/** What the owner's phone shows: 60 bits, good for one match until its stop. */
export const MatchCode = z.string().regex(/^[0-9a-hjkmnp-tv-z]{12}$/, 'expected the 12 characters of a code');
const Instant = z.iso.datetime();
const RequestId = z.string().regex(/^[A-Za-z0-9-]{8,64}$/, 'expected the id of a request');

/** Why somebody can't start on a court, though it is free. */
export const Hindrance = z.enum([
  /** Only members record here: log in. */
  'login',
  /** Logged in, but not a member of a club that takes members only. */
  'members',
  /** Guests record here, but not now: the club is closed. */
  'closed',
  /** Support does not record. */
  'role',
]);
export type Hindrance = z.infer<typeof Hindrance>;

/** That the visitor has asked to be let in. */
export const Asked = z.object({
  /** Null until the visitor has been let in. */
  sessionId: SessionId.nullable(),
  state: z.enum(['open', 'accepted', 'declined']),
});
export type Asked = z.infer<typeof Asked>;

/** That the owner of the open match has been told that the next group is there, whoever of it said so. */
export const Announced = z.object({
  /** `declined`: they are still playing. */
  state: z.enum(['open', 'declined']),
  /** While `open`: when the club's rule gives the court over, unless a recording starts before. */
  handsOverAt: Instant.nullable(),
  /** After a no: from when on it does something to say so again. */
  askAgainAt: Instant.nullable(),
});
export type Announced = z.infer<typeof Announced>;

/** What a court's code shows: names that stand on the sign anyway, and nobody's match but one's own. */
export const CourtCodeView = z.object({
  courtName: z.string(),
  clubName: z.string(),
  /** The club's colour, `#rrggbb`; null where it has none of its own. */
  brandColor: z.string().nullable(),
  logo: ClubLogo.nullable(),
  timeZone: z.string(),
  state: z.enum(['free', 'busy', 'offline', 'noCamera']),
  mayStart: z.boolean(),
  /** As its box last found the camera. One that `failed` may work now: a start tries it again. */
  cameraState: z.enum(['unknown', 'ok', 'failed']),
  hindrance: Hindrance.nullable(),
  opensNext: NextOpening.nullable(),
  /** The visitor's own open session on this court. */
  mine: SessionId.nullable(),
  /** The newest recording on this court that this browser made as a guest and nobody has claimed. */
  unclaimed: SessionId.nullable(),
  /** What the visitor has asked of the session that is open here. */
  asked: Asked.nullable(),
  announced: Announced.nullable(),
  /** Whether it does something now to say that the next group is there. */
  mayAnnounce: z.boolean(),
  /** The club's rule for the next group. */
  nextGroup: z.enum(['ask', 'replace']),
  /** The club's usual length of a recording, and its longest. */
  defaultMinutes: z.int(),
  maxMinutes: z.int(),
});
export type CourtCodeView = z.infer<typeof CourtCodeView>;

export const CourtCodeRef = z.object({ code: CourtCode });
/** For the club's administrators: what the sign shows. */
export const CourtSign = z.object({
  courtId: CourtId,
  courtName: z.string(),
  clubName: z.string(),
  /** The club's colour, `#rrggbb`; null where it has none of its own. */
  brandColor: z.string().nullable(),
  logo: ClubLogo.nullable(),
  code: CourtCode,
  /** The address that the QR code holds. */
  url: z.url(),
});
export type CourtSign = z.infer<typeof CourtSign>;

/**
 * `taken`: the court is this visitor's to start on. `asked`: the owner has been told; the court is not free. `declined`:
 * the owner has just said no, and is not told again before `askAgainAt`, which is null otherwise.
 */
export const NextGroupAnswer = z.object({
  outcome: z.enum(['taken', 'asked', 'declined']),
  askAgainAt: Instant.nullable(),
});

export const Claimed = z.object({ sessionIds: z.array(SessionId) });

export const RecordExtend = z.object({
  sessionId: SessionId,
  minutes: z.int().min(1).max(MAX_DURATION_MINUTES).default(15),
});

export const MatchJoin = z.object({ code: MatchCode });
export const MatchJoined = z.object({ sessionId: SessionId });

/** Who is in a match, for whoever may let others in. */
export const MatchPeople = z.object({
  sessionId: SessionId,
  /** Null once the match has been stopped. */
  join: z.object({ code: MatchCode, url: z.url() }).nullable(),
  participants: z.array(z.object({ userId: z.string(), name: z.string() })),
  requests: z.array(z.object({ requestId: RequestId, name: z.string() })),
  /** The next group is waiting for the court, and the owner has not answered. */
  nextGroup: RequestId.nullable(),
  /** When the club's rule gives the court to them, unless a recording starts before; null where it does not. */
  handsOverAt: Instant.nullable(),
  /** The club's, for that time. */
  timeZone: z.string(),
});
export type MatchPeople = z.infer<typeof MatchPeople>;

/** Who is to own the match, by the address of their account. */
export const HandOver = z.object({ email: z.email().max(254) });
export const HandedOver = z.object({ sessionId: SessionId, ownerId: z.string(), ownerName: z.string() });

export const RequestRef = z.object({ sessionId: SessionId, requestId: RequestId });
export const RequestAnswer = z.object({ accept: z.boolean() });
