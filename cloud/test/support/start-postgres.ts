/** Vitest's global setup of the run on PostgreSQL: one server, one migrated database to copy. */
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/lib/server/db/database.ts';
import { openPostgresCluster } from './postgres-cluster.ts';
import { administer, TEMPLATE } from './test-database.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string;
  }
}

export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await openPostgresCluster();
  const server = cluster.urlOf('postgres');
  try {
    await administer(server, (client) => client.query(`create database ${TEMPLATE}`));
    const db = await openDatabase(cluster.urlOf(TEMPLATE));
    await db.destroy();
  } catch (error) {
    await cluster.close();
    throw error;
  }
  project.provide('postgresUrl', server);
  return () => cluster.close();
}
