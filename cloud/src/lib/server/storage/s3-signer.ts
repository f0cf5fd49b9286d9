/** Addresses that whoever holds them may use: one PUT of exactly these bytes, or reading one object. */
import { GetObjectCommand, HeadObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { AppError } from '@padelvar/shared/errors';
import { formatContentDisposition } from '@padelvar/shared/content-disposition';
import { contentTypeOf } from './content-type.ts';
import type { LinkToSign, PartToSign, SignedRequest } from './object-store.ts';

export interface S3Signer {
  signPart(part: PartToSign, nowMs: number): Promise<SignedRequest>;
  signGet(link: LinkToSign, nowMs: number): Promise<string>;
}

/** `keyOf` says what an object is called in the bucket. */
export function createS3Signer(client: S3Client, bucket: string, keyOf: (key: string) => string): S3Signer {
  return {
    async signPart({ key, uploadId, partNumber, bytes, md5, expiresInSeconds }, nowMs) {
      const command = new UploadPartCommand({
        ...{ Bucket: bucket, Key: keyOf(key), UploadId: uploadId, PartNumber: partNumber },
        ...{ ContentLength: bytes, ContentMD5: md5 },
      });
      const url = await getSignedUrl(client, command, {
        expiresIn: expiresInSeconds,
        signingDate: new Date(nowMs),
        signableHeaders: BOUND,
        unhoistableHeaders: BOUND,
      });
      requireBound(url);
      return { url, headers: { 'content-md5': md5 } };
    },
    signGet({ key, fileName, disposition, method = 'GET', expiresInSeconds }, nowMs) {
      const input = {
        ...{ Bucket: bucket, Key: keyOf(key), ResponseContentType: contentTypeOf(key) },
        ResponseContentDisposition: formatContentDisposition(disposition, fileName),
        ResponseCacheControl: 'private, max-age=0, must-revalidate, no-transform',
      };
      const options = { expiresIn: expiresInSeconds, signingDate: new Date(nowMs) };
      return method === 'HEAD'
        ? getSignedUrl(client, new HeadObjectCommand(input), options)
        : getSignedUrl(client, new GetObjectCommand(input), options);
    },
  };
}

const BOUND = new Set(['content-length', 'content-md5', 'host']);

/**
 * The signature covers length and MD5, and no checksum that the SDK would have made of a body that it has not seen:
 * S3 refuses the bytes for it.
 */
function requireBound(url: string): void {
  const query = new URL(url).searchParams;
  const signed = (query.get('X-Amz-SignedHeaders') ?? '').split(';');
  const isBound = [...BOUND].every((header) => signed.includes(header));
  const hasChecksum = [...query.keys()].some((name) => /^x-amz-(sdk-)?checksum/i.test(name));
  if (isBound && !hasChecksum) return;
  throw new AppError('internal', `expected a part's length and MD5 signed, found ${signed.join(', ')}`);
}
