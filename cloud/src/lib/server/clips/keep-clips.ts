/**
 * Gives kept clips objects of their own before their match goes: header and range as they are played, in parts, without
 * encoding and with one part in memory. Its rows and their end are `files/clip-copies.ts`.
 */
import { createHash, randomUUID } from 'node:crypto';
import { AppError } from '@padelvar/shared/errors';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import { eraseCopy } from '../files/clip-copies.ts';
import type { ClipCopies, ClipCopyRow } from '../files/clip-copies.ts';
import type { ObjectStore, StoredPart } from '../storage/object-store.ts';
import type { SideFiles } from '../uploads/side-files.ts';
import type { ClipMovies } from './clip-movies.ts';
import { cutOf, listKeptRows } from './clip-rows.ts';
import type { ClipRow } from './clip-rows.ts';

/** All kept clips of that match have their objects when it resolves; answers how many there are. Repeatable. */
export type KeepClips = (sessionId: string) => Promise<number>;

export interface KeepClipsOptions {
  db: Db;
  clock: Pick<Clock, 'nowMs'>;
  store: ObjectStore;
  movies: ClipMovies;
  sideFiles: Pick<SideFiles, 'find'>;
  clipCopies: Pick<ClipCopies, 'inTurn'>;
}

export function createKeepClips(options: KeepClipsOptions): KeepClips {
  const { db, clock, store, movies, sideFiles, clipCopies } = options;

  const begin = async (clip: ClipRow): Promise<ClipCopyRow> => {
    const folder = clip.movieKey.slice(0, clip.movieKey.lastIndexOf('/'));
    const key = `${folder}/${randomUUID()}.clip.mp4`;
    const row: ClipCopyRow = {
      ...{ clip_id: clip.id, session_id: clip.session_id, object_key: key, bytes: clip.bytes },
      ...{ upload_id: (await store.createUpload(key)).uploadId, state: 'open', created_at: clock.nowMs() },
      ...{ thumbnail_key: null, thumbnail_bytes: null },
    };
    await db.insertInto('clip_copy').values(row).execute();
    return row;
  };

  /** Parts one after the other: memory holds one of them. */
  const copyMovie = async (clip: ClipRow, { object_key: key, upload_id: uploadId }: ClipCopyRow) => {
    const cut = cutOf(clip);
    const planned = await movies.plan(cut);
    const parts: StoredPart[] = [];
    for (let start = 0; start < planned.totalBytes; start += UPLOAD_PART_BYTES) {
      const end = Math.min(start + UPLOAD_PART_BYTES, planned.totalBytes);
      const body = await readWhole(await movies.open(cut, planned, { start, end }), end - start);
      const md5 = createHash('md5').update(body).digest('base64');
      const part = { partNumber: parts.length + 1, bytes: body.length, md5 };
      await store.putPart(key, uploadId, part, body);
      parts.push(part);
    }
    const { bytes } = await store.complete(key, uploadId, parts);
    if (bytes === planned.totalBytes) return;
    throw new AppError('storage_failing', `expected ${String(planned.totalBytes)} bytes of a kept clip`);
  };

  /** The picture of the match, which goes with it. */
  const copyThumbnail = async (clip: ClipRow, row: ClipCopyRow): Promise<Partial<ClipCopyRow>> => {
    const found = await sideFiles.find(clip.session_id, 'thumbnail.jpg');
    if (found === undefined) return {};
    const { body, contentType } = found;
    const key = row.object_key.replace(/\.clip\.mp4$/, '.clip.jpg');
    await store.put({ key, contentType, body });
    return { thumbnail_key: key, thumbnail_bytes: body.length };
  };

  const keepOne = async (clip: ClipRow): Promise<void> => {
    const known = await db
      .selectFrom('clip_copy')
      .selectAll()
      .where('clip_id', '=', clip.id)
      .executeTakeFirst();
    if (known?.state === 'complete') return;
    // What was cut short begins anew: a clip is short.
    if (known !== undefined) await eraseCopy(db, store, known);
    const row = await begin(clip);
    await copyMovie(clip, row);
    const complete = { state: 'complete', ...(await copyThumbnail(clip, row)) } as const;
    await db.updateTable('clip_copy').set(complete).where('object_key', '=', row.object_key).execute();
  };

  return (sessionId) =>
    clipCopies.inTurn(sessionId, async () => {
      const kept = await listKeptRows(db, sessionId);
      for (const clip of kept) await keepOne(clip);
      return kept.length;
    });
}

/** Throws where a stream is shorter or longer than it was said to be. */
async function readWhole(body: ReadableStream<Uint8Array>, bytes: number): Promise<Uint8Array> {
  const whole = new Uint8Array(bytes);
  let filled = 0;
  for await (const chunk of body) {
    if (filled + chunk.byteLength > bytes) break;
    whole.set(chunk, filled);
    filled += chunk.byteLength;
  }
  if (filled === bytes) return whole;
  throw new AppError('storage_failing', `expected ${String(bytes)} bytes of a clip, found ${String(filled)}`);
}
