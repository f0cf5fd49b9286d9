/** The audit log as staff read it: newest first, by person, action or object. */
import type { AuditEntry } from '@padelvar/shared/club-api';
import { z } from 'zod';
import { parseKeys, planPage, type Page, type PageRequest } from '../db/cursor.ts';
import type { Db } from '../db/database.ts';

export interface AuditFilter extends PageRequest {
  userId?: string | undefined;
  action?: string | undefined;
  object?: string | undefined;
}

const Newest = z.tuple([z.number(), z.number()]);

export async function listAudit(
  db: Db,
  { userId, action, object, cursor, limit }: AuditFilter,
): Promise<Page<AuditEntry>> {
  const after = parseKeys(cursor, Newest);
  let query = db
    .selectFrom('audit')
    .leftJoin('user', 'user.id', 'audit.user_id')
    .selectAll('audit')
    .select('user.name as userName')
    .orderBy('audit.at', 'desc')
    .orderBy('audit.id', 'desc');
  if (userId !== undefined) query = query.where('audit.user_id', '=', userId);
  if (action !== undefined) query = query.where('audit.action', '=', action);
  if (object !== undefined) query = query.where('audit.object', '=', object);
  if (after !== undefined) {
    query = query.where((eb) => eb(eb.refTuple('audit.at', 'audit.id'), '<', eb.tuple(...after)));
  }
  const found = await query.limit(limit + 1).execute();
  const { rows, nextCursor } = planPage(found, limit, (row) => [row.at, row.id]);
  const items = rows.map((row) => ({
    id: row.id,
    at: new Date(row.at).toISOString(),
    userId: row.user_id,
    userName: row.userName ?? '',
    action: row.action,
    object: row.object,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
  }));
  return { items, nextCursor };
}
