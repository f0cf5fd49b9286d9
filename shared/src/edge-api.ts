/** `/api/edge/…`: what a device says to the portal over HTTPS. All but enrol, challenge and token need a device token. */
import { z } from 'zod';
import { DeviceId, SessionId } from './ids.ts';
import { MAX_UPLOAD_PARTS, UPLOAD_PART_BYTES } from './limits.ts';
import { FurtherMovie } from './link.ts';
import { StorageTrouble } from './storage-trouble.ts';

/** A raw 32-byte public key, base64url. */
export const PublicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'expected 32 bytes in base64url');

/** POST /api/edge/enroll: the single-use token is traded for registered keys. Repeating it with the same keys gives the same answer. */
export const EnrollRequest = z.object({
  token: z.string().min(16).max(128),
  /** Ed25519. */
  signKey: PublicKey,
  /** X25519. */
  sealKey: PublicKey,
});
export type EnrollRequest = z.infer<typeof EnrollRequest>;
export const EnrollResponse = z.object({ deviceId: DeviceId });

/** POST /api/edge/challenge `{deviceId}`. */
export const ChallengeRequest = z.object({ deviceId: DeviceId });
export const ChallengeResponse = z.object({ nonce: z.string().min(16).max(128), serverTime: z.int() });

/**
 * POST /api/edge/token: `signature` is Ed25519 over {@link tokenMessage}, base64url. The answer carries portal
 * time, which the device believes if the round trip was short.
 */
export const TokenRequest = z.object({
  deviceId: DeviceId,
  nonce: z.string().min(16).max(128),
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/, 'expected 64 bytes in base64url'),
});
export const TokenResponse = z.object({
  token: z.string(),
  expiresInSeconds: z.int().positive(),
  serverTime: z.int(),
  /** Ed25519, by which the device checks the links to its own page; see `watch-link.ts`. */
  watchKey: PublicKey.optional(),
});

/** What a device signs to get a token. The domain prefix keeps the signature from being of use elsewhere. */
export function tokenMessage(deviceId: string, nonce: string): string {
  return `padelvar-device-token-v1\n${deviceId}\n${nonce}`;
}

/** GET /api/edge/desired answers `Desired`; POST /api/edge/reported takes `Reported` and answers 204. */

/**
 * POST /api/edge/uploads/{sessionId}: opens, or finds, the one upload of this session. With the index last the payload of
 * part 1 may go up before its header is known, as part 1 of an upload of its own: the portal joins both at the end.
 */
export const UploadOpenRequest = z.object({ layout: z.enum(['header-first', 'index-last']) });
export type UploadOpenRequest = z.infer<typeof UploadOpenRequest>;
export const UploadState = z.object({
  sessionId: SessionId,
  uploadId: z.string().max(256),
  partBytes: z.literal(UPLOAD_PART_BYTES),
  maxParts: z.int().positive(),
  state: z.enum(['open', 'complete']),
  /** What the store holds, by part number. */
  parts: z.array(z.object({ partNumber: z.int(), bytes: z.int(), md5: z.string() })),
  /** Where part 1 may go without its header, and what the store holds of it. */
  firstPayload: z
    .object({
      uploadId: z.string().max(256),
      held: z.object({ bytes: z.int(), md5: z.string() }).optional(),
    })
    .optional(),
});
export type UploadState = z.infer<typeof UploadState>;

const PartNumber = z.int().min(1).max(MAX_UPLOAD_PARTS);
/** MD5 of a part, base64 as in the Content-MD5 header. */
export const ContentMd5 = z.string().regex(/^[A-Za-z0-9+/]{22}==$/, 'expected an MD5 in base64');

/** POST /api/edge/uploads/{sessionId}/parts: one signed URL, just in time, for exactly this part. */
export const SignPartRequest = z.object({
  uploadId: z.string().max(256),
  partNumber: PartNumber,
  bytes: z.int().min(1).max(UPLOAD_PART_BYTES),
  md5: ContentMd5,
  /** What kept the store from taking the part that was tried last, where something did. */
  trouble: StorageTrouble.optional(),
});
export type SignPartRequest = z.infer<typeof SignPartRequest>;
/** `url` may be relative to the portal's origin. The PUT must carry exactly these headers. */
export const SignPartResponse = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  expiresInSeconds: z.int().positive(),
});
export type SignPartResponse = z.infer<typeof SignPartResponse>;

/** More stands before the payload of no movie whose index goes last. */
const MAX_EARLY_HEADER_BASE64 = 1024;

/** POST /api/edge/uploads/{sessionId}/complete: verified against what the store lists before it counts. */
export const UploadCompleteRequest = z.object({
  uploadId: z.string().max(256),
  totalBytes: z.int().positive(),
  parts: z
    .array(z.object({ partNumber: PartNumber, bytes: z.int().positive(), md5: ContentMd5 }))
    .min(1)
    .max(MAX_UPLOAD_PARTS),
  /** Part 1 is this header and the payload that was sent before: its MD5, and the header in base64. */
  firstPayload: z
    .object({ md5: ContentMd5, header: z.base64().min(4).max(MAX_EARLY_HEADER_BASE64) })
    .optional(),
  movie: z.object({
    durationMs: z.int().nonnegative(),
    frames: z.int().nonnegative(),
    codec: z.string().max(32),
    width: z.int(),
    height: z.int(),
  }),
});
export type UploadCompleteRequest = z.infer<typeof UploadCompleteRequest>;
export const UploadCompleteResponse = z.object({ bytes: z.int(), confirmed: z.literal(true) });

/** DELETE /api/edge/uploads/{sessionId}: gives the open upload up, for instance when the header outgrew its room. 204. */

/**
 * POST /api/edge/uploads/{sessionId}/further/{number}: the same for a movie beside the match, which is whole by then. Its
 * `/parts`, `/complete` and DELETE do what those of the match do.
 */
export const FurtherMovieFacts = FurtherMovie.omit({ number: true }).extend({
  bytes: z.int().positive(),
  frames: z.int().positive(),
});
export type FurtherMovieFacts = z.infer<typeof FurtherMovieFacts>;
export const FurtherUploadOpenRequest = z.object({ movie: FurtherMovieFacts });

/** PUT /api/edge/uploads/{sessionId}/files/{name}: a small file beside the movie; see `side-files.ts`. 204. */

/** POST /api/edge/preview/{sessionId}: one JPEG as application/octet-stream, `x-frame-age-ms` beside it. */
export const PreviewPushResponse = z.object({ watched: z.boolean() });
