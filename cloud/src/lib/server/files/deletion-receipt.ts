/** What a deletion leaves to be read: what the video was, who ended it, and which copies are gone by now. */
import { AppError } from '@padelvar/shared/errors';
import type { DeletionReceipt } from '@padelvar/shared/portal-api';
import type { Db } from '../db/database.ts';
import { listFurtherRows } from '../uploads/further-rows.ts';
import { listLeftCopies } from './clip-copies.ts';
import { getVideoRow } from './video-rows.ts';
import { formatReceipt } from './video-view.ts';

/** AppError `not_found` where nothing was deleted. */
export async function loadReceipt(db: Db, sessionId: string): Promise<DeletionReceipt> {
  const row = await getVideoRow(db, sessionId);
  if (row.deleted_at === null) throw new AppError('not_found', 'this video has not been deleted');
  const by = await db
    .selectFrom('user')
    .select('name')
    .where('id', '=', row.deleted_by ?? '')
    .executeTakeFirst();
  const upload = await db
    .selectFrom('upload')
    .select('state')
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  const further = await listFurtherRows(db, [sessionId]);
  const isFurtherLeft = further.some(({ state }) => state === 'open' || state === 'complete');
  const isClipLeft = (await listLeftCopies(db, sessionId)).length > 0;
  return formatReceipt(row, {
    deletedAt: row.deleted_at,
    deletedBy: by?.name ?? '',
    storeErased: row.object_key === null && upload?.state !== 'open' && !isFurtherLeft && !isClipLeft,
    furtherBytes: further.reduce((sum, { bytes }) => sum + bytes, 0),
  });
}
