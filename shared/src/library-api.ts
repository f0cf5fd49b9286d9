/** The part of the portal's REST API around stored videos: links that share one. Instants are ISO 8601 in UTC. */
import { z } from 'zod';
import { pageOf } from './page.ts';
import { ClipId } from './clip-api.ts';
import { SessionId } from './ids.ts';
import { ClubLogo } from './logo.ts';

const Instant = z.iso.datetime();

/** Days that a link may live at most, and how long it does unless somebody says otherwise. */
export const MAX_SHARE_DAYS = 90;
export const DEFAULT_SHARE_DAYS = 7;

export const ShareId = z.string().regex(/^[a-f0-9]{16}$/, 'expected 16 characters 0-9 a-f');
export const ShareToken = z.string().regex(/^[A-Za-z0-9_-]{32}$/, 'expected the 32 characters of a link');

export const ShareCreate = z.object({
  expiresInDays: z
    .int()
    .min(1, `expected 1 to ${String(MAX_SHARE_DAYS)} days`)
    .max(MAX_SHARE_DAYS, `expected 1 to ${String(MAX_SHARE_DAYS)} days`)
    .default(DEFAULT_SHARE_DAYS),
  /** Whether whoever has the link may save the movie, not only watch it. */
  download: z.boolean().default(false),
  /** A word for oneself: whom it was given to. */
  label: z.string().trim().max(80).default(''),
  /** A clip of the match: the link then leads to it alone. */
  clipId: ClipId.optional(),
});

export const Share = z.object({
  shareId: ShareId,
  label: z.string(),
  download: z.boolean(),
  createdAt: Instant,
  expiresAt: Instant,
  createdBy: z.string(),
  /** Null where it leads to the whole match. */
  clipId: ClipId.nullable(),
  clipName: z.string().nullable(),
});
export type Share = z.infer<typeof Share>;
/** The address is in no other answer: the portal keeps only its hash. */
export const ShareCreated = Share.extend({ url: z.url() });
export const ShareList = pageOf(Share);
export const ShareRef = z.object({ sessionId: SessionId, shareId: ShareId });

/** A movie beside the match: no player plays two codecs out of one file. Number 1 is the match itself. */
export const FurtherVideo = z.object({
  number: z.int().min(2),
  /** Where it belongs on the match's own time line. */
  fromMs: z.int().nonnegative(),
  durationSeconds: z.number().nonnegative(),
  bytes: z.int().nonnegative(),
  width: z.int(),
  height: z.int(),
  /** `avc1` for H.264, `hvc1` for H.265. */
  codec: z.string(),
  /** Why it is not in the match's own. */
  reason: z.string(),
  ready: z.boolean(),
});
export type FurtherVideo = z.infer<typeof FurtherVideo>;
/** As many as a device says of one match. */
const MAX_MOVIES = 51;
export const FurtherMovieRef = z.object({
  sessionId: SessionId,
  number: z.coerce.number().pipe(z.int().min(2).max(MAX_MOVIES)),
});

/** What whoever holds a link learns: the match, and nobody's name. */
export const SharedVideo = z.object({
  /** Of the clip that the link leads to; null for the whole match. */
  clipName: z.string().nullable(),
  courtName: z.string(),
  clubName: z.string(),
  /** The club's colour, `#rrggbb`; null where it has none of its own. */
  brandColor: z.string().nullable(),
  logo: ClubLogo.nullable(),
  timeZone: z.string(),
  recordedAt: Instant,
  durationSeconds: z.number().nonnegative(),
  bytes: z.int().nonnegative(),
  width: z.int(),
  height: z.int(),
  /** `avc1` for H.264, `hvc1` for H.265; null where it is not known. */
  codec: z.string().nullable(),
  /** Whether it can be played by its playlist, and has pictures for the seek bar. */
  stream: z.boolean(),
  storyboard: z.boolean(),
  missing: z.boolean().describe('Whether the storage is known to have it no more'),
  download: z.boolean(),
  expiresAt: Instant,
});
export type SharedVideo = z.infer<typeof SharedVideo>;
