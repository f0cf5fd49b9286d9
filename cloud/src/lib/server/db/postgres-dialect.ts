/** Kysely's PostgreSQL driver behind the portal's lock: nothing passes while it is not held, and errors come out in our words. */
import {
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type TransactionSettings,
} from 'kysely';
import type { Pool } from 'pg';
import { translateDatabaseError } from './database-error.ts';
import type { PortalLock } from './portal-lock.ts';

export function createPostgresDialect(pool: Pool, lock: PortalLock): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createGatedDriver(new PostgresDriver({ pool }), lock),
    createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

function createGatedDriver(driver: Driver, lock: PortalLock): Driver {
  /** The driver's own connection of each that was handed out. */
  const inner = new WeakMap<DatabaseConnection, DatabaseConnection>();
  const innerOf = (connection: DatabaseConnection) => {
    const found = inner.get(connection);
    if (found === undefined) throw new Error('expected a connection of this driver');
    return found;
  };
  return {
    init: (options) => driver.init(options),
    async acquireConnection(options) {
      lock.check();
      const acquired = await translated(driver.acquireConnection(options));
      const connection: DatabaseConnection = {
        executeQuery: <Row>(query: CompiledQuery) => translated(acquired.executeQuery<Row>(query)),
        streamQuery: <Row>(query: CompiledQuery, chunkSize: number) =>
          acquired.streamQuery<Row>(query, chunkSize),
      };
      inner.set(connection, acquired);
      return connection;
    },
    beginTransaction: (connection, settings: TransactionSettings) =>
      translated(driver.beginTransaction(innerOf(connection), settings)),
    commitTransaction: (connection) => translated(driver.commitTransaction(innerOf(connection))),
    rollbackTransaction: (connection) => translated(driver.rollbackTransaction(innerOf(connection))),
    releaseConnection: (connection) => driver.releaseConnection(innerOf(connection)),
    async destroy() {
      try {
        await driver.destroy();
      } finally {
        await lock.close();
      }
    },
  };
}

async function translated<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw translateDatabaseError(error);
  }
}
