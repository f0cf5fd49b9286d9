/**
 * Whether store and database hold the same: compared by listing both, told, and nothing deleted; the library learns which of
 * its videos are missing. What arrives or goes while it is compared is not told: both sides are asked again about what differs.
 */
import { MAX_NAMED_DIFFERENCES } from '@padelvar/shared/limits';
import { StorageReport } from '@padelvar/shared/portal-api';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import { transact } from '../db/transact.ts';
import type { Logger } from '../log.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { PROBE_KEY } from '../storage/storage-probe.ts';
import { listUnknown } from '../uploads/unknown-uploads.ts';
import type { MissingMovies } from './missing-movies.ts';

export interface StorageSweep {
  /** Compares now. Throws what the store throws. */
  run(): Promise<StorageReport>;
  /** The last comparison, whenever the portal was started. */
  last(): Promise<StorageReport | undefined>;
}

export interface StorageSweepOptions {
  db: Db;
  clock: Pick<Clock, 'nowMs'>;
  log: Logger;
  store: ObjectStore;
  missingMovies: Pick<MissingMovies, 'settle'>;
}

/** What the database knows of an object. */
interface Known {
  sessionId: string;
  bytes: number;
}

/** An object that is younger may be about to be written down. */
const YOUNG_MS = 60 * 60_000;

export function createStorageSweep(options: StorageSweepOptions): StorageSweep {
  const { db, clock, log, store, missingMovies } = options;
  const compare = async (): Promise<StorageReport> => {
    const found = new Map<string, number>();
    const unknown: { key: string; bytes: number }[] = [];
    const before = await listKnown(db);
    for await (const { key, bytes, modifiedAt } of store.list()) {
      if (key === PROBE_KEY) continue;
      found.set(key, bytes);
      if (!before.has(key) && modifiedAt < clock.nowMs() - YOUNG_MS) unknown.push({ key, bytes });
    }
    const after = await listKnown(db);
    const differing = [...after].filter(([key, { bytes }]) => before.has(key) && found.get(key) !== bytes);
    const missing = differing.filter(([key]) => !found.has(key));
    await missingMovies.settle(missing.map(([key, { sessionId }]) => ({ key, sessionId })));
    return {
      at: new Date(clock.nowMs()).toISOString(),
      objects: found.size,
      bytes: [...found.values()].reduce((sum, bytes) => sum + bytes, 0),
      missing: named(missing),
      wrongSize: named(differing.filter(([key]) => found.has(key))),
      unknown: unknown.filter(({ key }) => !after.has(key)).slice(0, MAX_NAMED_DIFFERENCES),
      oldVersions: await listOldVersions(store),
      unknownUploads: await listUnknownUploads(db, store, clock.nowMs() - YOUNG_MS),
    };
  };
  return {
    last: () => loadReport(db),
    async run() {
      const report = await compare();
      await saveReport(db, report);
      const { objects, missing, wrongSize, unknown, oldVersions, unknownUploads } = report;
      const differences = { missing, wrongSize, unknown, oldVersions, unknownUploads };
      const isSame = Object.values(differences).every((found) => found.length === 0);
      log[isSame ? 'info' : 'warn']({ objects, ...differences }, 'the store was compared');
      return report;
    },
  };
}

async function saveReport(db: Db, report: StorageReport): Promise<void> {
  await transact(db, async (trx) => {
    await trx.deleteFrom('storage_report').execute();
    await trx
      .insertInto('storage_report')
      .values({ at: Date.parse(report.at), report: JSON.stringify(report) })
      .execute();
  });
}

/** One that another release wrote may say other things: the next night's does again. */
async function loadReport(db: Db): Promise<StorageReport | undefined> {
  const row = await db.selectFrom('storage_report').select('report').executeTakeFirst();
  return row && StorageReport.safeParse(JSON.parse(row.report)).data;
}

/** Those of the probe are no news: it is written again and again. */
async function listOldVersions(store: ObjectStore): Promise<StorageReport['oldVersions']> {
  const found: StorageReport['oldVersions'] = [];
  for await (const { key, bytes } of store.listOldVersions()) {
    if (key === PROBE_KEY) continue;
    found.push({ key, bytes });
    if (found.length === MAX_NAMED_DIFFERENCES) break;
  }
  return found;
}

async function listUnknownUploads(
  db: Db,
  store: ObjectStore,
  before: number,
): Promise<StorageReport['unknownUploads']> {
  const found: StorageReport['unknownUploads'] = [];
  for await (const { key, startedAt } of listUnknown({ db, store, before })) {
    found.push({ key, startedAt: new Date(startedAt).toISOString() });
    if (found.length === MAX_NAMED_DIFFERENCES) break;
  }
  return found;
}

function named(entries: readonly (readonly [string, Known])[]): { key: string; sessionId: string }[] {
  return entries.slice(0, MAX_NAMED_DIFFERENCES).map(([key, { sessionId }]) => ({ key, sessionId }));
}

async function listKnown(db: Db): Promise<Map<string, Known>> {
  const movies = await db
    .selectFrom('match_session')
    .select(['id as sessionId', 'object_key as key', 'movie_bytes as bytes'])
    .where('object_key', 'is not', null)
    .where('movie_state', '=', 'ready')
    .execute();
  const beside = await db
    .selectFrom('side_file')
    .select(['session_id as sessionId', 'object_key as key', 'bytes'])
    .execute();
  const further = await db
    .selectFrom('further_movie')
    .select(['session_id as sessionId', 'object_key as key', 'bytes'])
    .where('state', '=', 'complete')
    .execute();
  const clips = await db
    .selectFrom('clip_copy')
    .select(['session_id as sessionId', 'object_key as key', 'bytes', 'thumbnail_key', 'thumbnail_bytes'])
    .where('state', '=', 'complete')
    .execute();
  const pictures = clips.flatMap(({ sessionId, thumbnail_key: key, thumbnail_bytes: bytes }) =>
    key === null ? [] : [{ sessionId, key, bytes }],
  );
  return new Map(
    [...movies, ...beside, ...further, ...clips, ...pictures].map(({ sessionId, key, bytes }) => [
      key ?? '',
      { sessionId, bytes: bytes ?? 0 },
    ]),
  );
}
