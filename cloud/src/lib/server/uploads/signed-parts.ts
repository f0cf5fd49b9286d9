/**
 * What the store was allowed to take as a part of an upload. Each address is bound to length and MD5, so that whatever
 * the store holds as a part is one of these, although its ETag may be no MD5.
 */
import { AppError } from '@padelvar/shared/errors';
import type { Db } from '../db/database.ts';
import type { StoredPart } from '../storage/object-store.ts';

export interface SignedParts {
  /** Before an address is given away. */
  add(sessionId: string, uploadId: string, part: StoredPart): Promise<void>;
  /** The listed parts with their MD5s; an empty one where two were signed and it can't be told which is there. */
  name(sessionId: string, uploadId: string, listed: readonly StoredPart[]): Promise<StoredPart[]>;
  /** AppError `conflict` naming parts that were signed, and never like this. */
  requireSigned(sessionId: string, uploadId: string, parts: readonly StoredPart[]): Promise<void>;
  forget(sessionId: string): Promise<void>;
}

export function createSignedParts(db: Db): SignedParts {
  const load = async (sessionId: string, uploadId: string): Promise<Map<number, StoredPart[]>> => {
    const rows = await db
      .selectFrom('signed_part')
      .select(['part_number as partNumber', 'bytes', 'md5'])
      .where('session_id', '=', sessionId)
      .where('upload_id', '=', uploadId)
      .execute();
    return Map.groupBy(rows, ({ partNumber }) => partNumber);
  };
  return {
    async add(sessionId, uploadId, { partNumber, bytes, md5 }) {
      await db
        .insertInto('signed_part')
        .values({ session_id: sessionId, upload_id: uploadId, part_number: partNumber, bytes, md5 })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async name(sessionId, uploadId, listed) {
      const signed = await load(sessionId, uploadId);
      return listed.map((part) => ({ ...part, md5: findMd5(part, signed.get(part.partNumber) ?? []) }));
    },
    async requireSigned(sessionId, uploadId, parts) {
      const signed = await load(sessionId, uploadId);
      const wrong = parts.filter(
        ({ partNumber, bytes, md5 }) =>
          signed.get(partNumber)?.every((known) => known.bytes !== bytes || known.md5 !== md5) === true,
      );
      if (wrong.length === 0) return;
      const partNumbers = wrong.map(({ partNumber }) => partNumber);
      throw new AppError('conflict', `expected parts as they were signed, found ${partNumbers.join(', ')}`, {
        details: { partNumbers },
      });
    },
    async forget(sessionId) {
      await db.deleteFrom('signed_part').where('session_id', '=', sessionId).execute();
    },
  };
}

/** Pure. */
export function findMd5({ bytes, md5 }: StoredPart, signed: readonly StoredPart[]): string {
  const fitting = signed.filter((known) => known.bytes === bytes);
  if (fitting.some((known) => known.md5 === md5)) return md5;
  return fitting.length === 1 ? (fitting[0]?.md5 ?? '') : '';
}
