/** PostgreSQL: a pool of connections behind the lock of the one portal that may use the database. */
import { AppError } from '@padelvar/shared/errors';
import type { Dialect } from 'kysely';
import pg from 'pg';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { describeDatabaseUrl } from './database-url.ts';
import { takePortalLock } from './portal-lock.ts';
import { createPostgresDialect } from './postgres-dialect.ts';
import { POSTGRES_TYPES } from './postgres-values.ts';

/** PostgreSQL allows 100 altogether by its defaults; a portal's queries take milliseconds. */
const MAX_CONNECTIONS = 10;
/** How long anything may take of which a request waits. */
const CONNECT_MS = 5_000;
const STATEMENT_MS = 30_000;

/** The answer's end gives the database to the next portal. Throws AppError naming DATABASE_URL, never its password, where the database can't be used. */
export async function openPostgres(url: string, options: { clock: Clock; log: Logger }): Promise<Dialect> {
  const config: pg.ClientConfig = {
    connectionString: url,
    application_name: 'padelvar',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
  const lock = await takePortalLock({ config, ...options }).catch((error: unknown) => {
    throw explain(error, url);
  });
  const pool = new pg.Pool({
    ...config,
    max: MAX_CONNECTIONS,
    idleTimeoutMillis: 60_000,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
    // A little more, for a server that is not there to keep its own limit.
    query_timeout: STATEMENT_MS + CONNECT_MS,
    types: POSTGRES_TYPES,
  });
  // A connection that breaks while nobody uses it is replaced; one that is in use tells its user.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return createPostgresDialect(pool, lock);
}

/** What is wrong with the setting; pg's own words name the user and the database, never the password. */
function explain(error: unknown, url: string): unknown {
  if (error instanceof AppError) return error;
  const place = describeDatabaseUrl(url);
  return new AppError(
    'bad_request',
    `DATABASE_URL: PostgreSQL at ${place} can't be used: ${reasonOf(error)}`,
    {
      cause: error,
    },
  );
}

/** An address with several IP addresses fails with an error of errors, which says nothing itself. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : 'for an unknown reason';
}
