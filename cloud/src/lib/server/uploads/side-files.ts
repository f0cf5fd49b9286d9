/** The small files beside a movie: taken from its device, found again for whoever may watch, and erased with it. */
import { randomUUID } from 'node:crypto';
import { AppError } from '@padelvar/shared/errors';
import { SIDE_FILE_MAX_BYTES } from '@padelvar/shared/side-files';
import type { SideFileName } from '@padelvar/shared/side-files';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import { contentTypeOf } from '../storage/content-type.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { requireSideFile } from './side-file-content.ts';

export interface SideFile {
  body: Uint8Array;
  contentType: string;
  /** Quoted; another one after each replacement. */
  etag: string;
}

export interface SideFiles {
  /** Keeps `body` under this name and forgets what had it. `beside` is the key of the movie. */
  put(sessionId: string, beside: string, name: SideFileName, body: Uint8Array): Promise<void>;
  find(sessionId: string, name: SideFileName): Promise<SideFile | undefined>;
  /** Nothing is left of them, in the store and here. */
  erase(sessionId: string): Promise<void>;
}

export interface SideFilesOptions {
  db: Db;
  clock: Pick<Clock, 'nowMs'>;
  store: ObjectStore;
}

/** Of what was read last: a page of thumbnails, and what the players of some dozen matches need. */
const KEPT = { maxSize: 32 * 1024 * 1024, ttl: 60 * 60 * 1000 };

export function createSideFiles({ db, clock, store }: SideFilesOptions): SideFiles {
  /** By their keys: what is stored anew has another one. */
  const kept = new LRUCache<string, Uint8Array>({ ...KEPT, sizeCalculation: (body) => body.length });
  const remove = async (key: string): Promise<void> => {
    await store.delete(key);
    kept.delete(key);
  };
  const select = (sessionId: string) =>
    db.selectFrom('side_file').selectAll().where('session_id', '=', sessionId);
  return {
    async put(sessionId, beside, name, body) {
      requireSideFile(name, body);
      const before = await select(sessionId).where('name', '=', name).executeTakeFirst();
      const key = `${beside.slice(0, beside.lastIndexOf('/'))}/${randomUUID()}-${name}`;
      const row = { object_key: key, bytes: body.length, stored_at: clock.nowMs() };
      await store.put({ key, contentType: contentTypeOf(key), body });
      await db
        .insertInto('side_file')
        .values({ session_id: sessionId, name, ...row })
        .onConflict((conflict) => conflict.columns(['session_id', 'name']).doUpdateSet(row))
        .execute();
      if (before !== undefined) await remove(before.object_key);
    },
    async find(sessionId, name) {
      const row = await select(sessionId).where('name', '=', name).executeTakeFirst();
      if (row === undefined) return undefined;
      const body = kept.get(row.object_key) ?? (await store.read(row.object_key, SIDE_FILE_MAX_BYTES[name]));
      if (body?.length !== row.bytes) {
        throw new AppError('storage_failing', `expected ${row.bytes} stored bytes of ${name}`);
      }
      kept.set(row.object_key, body);
      const etag = `"${row.object_key.slice(row.object_key.lastIndexOf('/') + 1, -name.length - 1)}"`;
      return { body, contentType: contentTypeOf(name), etag };
    },
    async erase(sessionId) {
      for (const row of await select(sessionId).execute()) {
        await remove(row.object_key);
        await db
          .deleteFrom('side_file')
          .where('session_id', '=', sessionId)
          .where('name', '=', row.name)
          .where('object_key', '=', row.object_key)
          .execute();
      }
    },
  };
}
