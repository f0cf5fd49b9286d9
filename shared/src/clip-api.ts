/**
 * The part of the portal's REST API around clips: a range of a stored movie under a name of its own. Nothing is copied:
 * a clip is a header over the movie's own bytes, until its match expires; a clip that is kept is stored by itself then.
 * Instants are ISO 8601 in UTC, times count from the movie's beginning.
 */
import { z } from 'zod';
import { ClubId, SessionId } from './ids.ts';
import { PageQuery, pageOf } from './page.ts';

const Instant = z.iso.datetime();

/** Milliseconds that a clip has at least. */
export const MIN_CLIP_MS = 500;
/** Clips that a match has at most. */
export const MAX_CLIPS = 100;

export const ClipId = z.string().regex(/^[a-f0-9]{16}$/, 'expected 16 characters 0-9 a-f');
const ClipName = z
  .string()
  .trim()
  .min(1, 'expected a name of 1 to 80 characters')
  .max(80, 'expected a name of 1 to 80 characters');
/** Milliseconds. */
const MovieTime = z
  .int()
  .min(0)
  .max(24 * 60 * 60_000);

export const ClipCreate = z
  .object({ name: ClipName, fromMs: MovieTime, toMs: MovieTime })
  .refine(({ fromMs, toMs }) => toMs - fromMs >= MIN_CLIP_MS, {
    path: ['toMs'],
    error: `expected an end at least ${String(MIN_CLIP_MS)} ms after the beginning`,
  });
export const ClipUpdate = z
  .object({ name: ClipName.optional(), kept: z.boolean().optional() })
  .refine(
    ({ name, kept }) => name !== undefined || kept !== undefined,
    'expected a name or whether it is kept',
  );
export const ClipRef = z.object({ sessionId: SessionId, clipId: ClipId });
export const ClipQuery = PageQuery.extend({ clubId: ClubId.optional() });

export const Clip = z.object({
  clipId: ClipId,
  sessionId: SessionId,
  name: z.string(),
  fromMs: z.int().nonnegative(),
  toMs: z.int().positive(),
  /** Of the clip as a file. */
  bytes: z.int().nonnegative(),
  createdAt: Instant,
  clubName: z.string(),
  courtName: z.string(),
  timeZone: z.string(),
  /** When the clip's first picture was taken. */
  recordedAt: Instant,
  /** Whether its match has a picture that the caller may see. */
  thumbnail: z.boolean(),
  /** Whether it stays when its match expires. */
  kept: z.boolean(),
  /** Its match has expired: it is all that is left of it. */
  matchGone: z.boolean(),
  /** When it goes with its match; null where it stays. */
  expiresAt: Instant.nullable(),
  /** Whether the caller may rename, keep, share and delete it. */
  canEdit: z.boolean(),
});
export type Clip = z.infer<typeof Clip>;
export const ClipList = pageOf(Clip);
