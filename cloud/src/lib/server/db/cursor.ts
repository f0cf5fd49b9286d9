/** The opaque cursor of paged lists: the sort key, or keys, of the last row that was shown. */
import { AppError } from '@padelvar/shared/errors';
import { z } from 'zod';

/** Which part of a list is asked for. */
export interface PageRequest {
  cursor?: string | undefined;
  limit: number;
}

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** The page that `rows` make, of which one more than `limit` was read where there is more. */
export function planPage<Row>(
  rows: readonly Row[],
  limit: number,
  keysOf: (row: Row) => readonly (string | number)[],
): { rows: Row[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { rows: shown, nextCursor: formatCursor(last && JSON.stringify(keysOf(last))) };
}

/** The keys of a cursor that `planPage` made, if there is one. Throws `bad_request` for any other text. */
export function parseKeys<Keys>(cursor: string | undefined, keys: z.ZodType<Keys>): Keys | undefined {
  const text = parseCursor(cursor);
  if (text === undefined) return undefined;
  const parsed = keys.safeParse(readJson(text));
  if (parsed.success) return parsed.data;
  throw new AppError('bad_request', 'expected a cursor of this list', { field: 'cursor' });
}

/** The keys of lists by club, name and id. */
export const ByClubAndName = z.tuple([z.string(), z.string(), z.string()]);
/** The keys of lists by name and id. */
export const ByName = z.tuple([z.string(), z.string()]);

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function formatCursor(key: string | undefined): string | null {
  return key === undefined ? null : Buffer.from(key, 'utf8').toString('base64url');
}

export function parseCursor(cursor: string | undefined): string | undefined {
  return cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString('utf8');
}
