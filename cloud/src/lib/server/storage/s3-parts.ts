/** Which listed parts an object is to be made of. Pure. */
import type { CompletedPart, Part } from '@aws-sdk/client-s3';
import { AppError } from '@padelvar/shared/errors';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import type { StoredPart } from './object-store.ts';

/** The MD5, base64, that an ETag looks like: 32 hexadecimal digits. Under some encryption they are something else. */
export function md5OfEtag(etag: string): string | undefined {
  const [, hex] = /^"?([0-9a-f]{32})"?$/i.exec(etag) ?? [];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex').toString('base64');
}

/**
 * The expected parts with their ETags. AppError `conflict` naming those that are not there in number and size, or,
 * where ETags turn out to be MD5s, in content. They do where any of them equals its part's MD5.
 */
export function matchS3Parts(listed: readonly Part[], expected: readonly StoredPart[]): CompletedPart[] {
  const found = new Map(listed.map((part) => [part.PartNumber, part]));
  const etagOf = (part: StoredPart): string => found.get(part.partNumber)?.ETag ?? '';
  const areMd5s = expected.some((part) => md5OfEtag(etagOf(part)) === part.md5);
  const wrong = expected.filter((part, index) => {
    const isFull = index === expected.length - 1 || part.bytes === UPLOAD_PART_BYTES;
    const isSame = !areMd5s || md5OfEtag(etagOf(part)) === part.md5;
    return (
      part.partNumber !== index + 1 || !isFull || !isSame || found.get(part.partNumber)?.Size !== part.bytes
    );
  });
  if (expected.length > 0 && wrong.length === 0) {
    return expected.map((part) => ({ PartNumber: part.partNumber, ETag: etagOf(part) }));
  }
  const partNumbers = wrong.map(({ partNumber }) => partNumber);
  throw new AppError('conflict', `expected every part whole, found others: ${partNumbers.join(', ')}`, {
    details: { partNumbers },
  });
}
