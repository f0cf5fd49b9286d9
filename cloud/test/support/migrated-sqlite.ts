/**
 * An SQLite database that was migrated once in this process, to copy: a migration waits for the disk at each of its steps,
 * for longer than most tests take.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { openDatabase, type Db } from '../../src/lib/server/db/database.ts';

let migrated: Promise<Buffer> | undefined;

/** Puts the copy at that path unless a database lies there already. */
export async function copyMigratedSqlite(path: string): Promise<void> {
  if (existsSync(path)) return;
  migrated ??= migrateOnce();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await migrated);
}

/** What is lost with the machine is lost with the test: from now on nothing waits for the disk. */
export async function forgoDurability(db: Db): Promise<void> {
  await sql`pragma synchronous = off`.execute(db);
}

async function migrateOnce(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'padelvar-migrated-'));
  const path = join(folder, 'portal.db');
  const db = await openDatabase(':memory:');
  await sql`vacuum into ${path}`.execute(db);
  await db.destroy();
  const bytes = await readFile(path);
  await rm(folder, { recursive: true });
  return bytes;
}
