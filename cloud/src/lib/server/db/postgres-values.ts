/** PostgreSQL's values as SQLite gives them, so that the rooms read one kind: numbers, ISO 8601 texts, 0 and 1. */
import type { KyselyPlugin, PluginTransformResultArgs, QueryResult, UnknownRow } from 'kysely';
import pg from 'pg';

const { INT8, NUMERIC } = pg.types.builtins;

/** How pg reads results: 64-bit numbers and sums are numbers, checked to be exact. */
export const POSTGRES_TYPES: pg.CustomTypesConfig = {
  getTypeParser(oid: Parameters<typeof pg.types.getTypeParser>[0], format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === INT8) return readWhole;
    if (format !== 'binary' && oid === NUMERIC) return readNumeric;
    return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
  },
};

/** Throws where the number is too large to be one in JavaScript. */
export function readWhole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`expected a whole number up to ${String(Number.MAX_SAFE_INTEGER)}; found ${text}`);
}

function readNumeric(text: string): number {
  return text.includes('.') ? Number(text) : readWhole(text);
}

/** For the portal's own handle. better-auth, which knows PostgreSQL's values, gets one without it. */
export class PlainValues implements KyselyPlugin {
  transformQuery: KyselyPlugin['transformQuery'] = ({ node }) => node;

  transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    for (const row of result.rows) {
      for (const name in row) {
        const value = row[name];
        if (value instanceof Date) row[name] = value.toISOString();
        else if (typeof value === 'boolean') row[name] = Number(value);
      }
    }
    return Promise.resolve(result);
  }
}
