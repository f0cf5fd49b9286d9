/**
 * Uploads of movies, one for each session. Owns the `upload` table and the movie facts of `match_session`;
 * the bytes are the store's, the rights of people are the gate's. May import `db`, `storage`, `clock`, `log`.
 */
import { randomUUID } from 'node:crypto';
import type {
  SignPartRequest,
  SignPartResponse,
  UploadCompleteRequest,
  UploadState,
} from '@padelvar/shared/edge-api';
import { AppError } from '@padelvar/shared/errors';
import { UPLOAD_PART_BYTES } from '@padelvar/shared/limits';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { ObjectHead, ObjectStore, StoredPart } from '../storage/object-store.ts';
import { createTurns } from './turns.ts';
import { planUploadLimits, requirePartList, requirePartNumber } from './upload-limits.ts';
import { findUpload, saveReady } from './upload-rows.ts';
import type { UploadRow } from './upload-rows.ts';
import { getUploadSession } from './upload-session.ts';
import type { SessionRow } from './upload-session.ts';

export interface UploadsOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  store: ObjectStore;
}

/** Each call throws `not_found` for a session of another device, `gone` once the video was deleted. */
export interface Uploads {
  /** Opens, or finds, the one upload of this session. */
  open(deviceId: string, sessionId: string): Promise<UploadState>;
  /** One address, just in time, for exactly this part. `conflict` for an upload that is not open. */
  signPart(deviceId: string, sessionId: string, request: SignPartRequest): Promise<SignPartResponse>;
  /** The movie is ready once the store holds exactly these parts. Repeating it changes nothing. */
  complete(deviceId: string, sessionId: string, request: UploadCompleteRequest): Promise<number>;
  /** Gives the open upload up. None is no error. */
  abandon(deviceId: string, sessionId: string): Promise<void>;
  /** Gives up what is arriving for a video that has been deleted. */
  discard(sessionId: string): Promise<void>;
  onReady(listener: (sessionId: string) => void): void;
}

/** A part of 5 MiB takes 11 minutes at 64 kbit/s. */
const PART_LINK_SECONDS = 15 * 60;

export function createUploads({ db, clock, log, store }: UploadsOptions): Uploads {
  const turns = createTurns();
  const listeners = new Set<(sessionId: string) => void>();

  const create = async (session: SessionRow): Promise<UploadRow> => {
    const objectKey = `clubs/${session.club_id}/${session.id}/${randomUUID()}.mp4`;
    const row: UploadRow = {
      session_id: session.id,
      upload_id: (await store.createUpload(objectKey)).uploadId,
      object_key: objectKey,
      max_parts: planUploadLimits(session.duration_seconds).maxParts,
      state: 'open',
      created_at: clock.nowMs(),
    };
    await db
      .insertInto('upload')
      .values(row)
      .onConflict((conflict) => conflict.column('session_id').doUpdateSet(row))
      .execute();
    return row;
  };

  const getOpen = async (sessionId: string, uploadId: string): Promise<UploadRow> => {
    const row = await findUpload(db, sessionId);
    if (row?.upload_id === uploadId && row.state !== 'aborted') return row;
    throw new AppError('conflict', 'expected the open upload of this session', { field: 'uploadId' });
  };

  const finish = async (row: UploadRow, request: UploadCompleteRequest, bytes: number): Promise<void> => {
    const deleted = await saveReady(db, row, request, bytes, clock.nowMs());
    if (deleted) {
      await store.delete(row.object_key);
      throw new AppError('gone', 'this video has been deleted');
    }
    log.info({ sessionId: row.session_id, bytes, parts: request.parts.length }, 'a movie is ready');
    for (const listener of listeners) listener(row.session_id);
  };

  const giveUp = async (sessionId: string): Promise<void> => {
    const row = await findUpload(db, sessionId);
    if (row?.state !== 'open') return;
    await store.abort(row.object_key, row.upload_id);
    await db.updateTable('upload').set({ state: 'aborted' }).where('session_id', '=', sessionId).execute();
  };

  return {
    open: (deviceId, sessionId) =>
      turns.take(sessionId, async () => {
        const session = await getUploadSession(db, deviceId, sessionId);
        const known = await findUpload(db, sessionId);
        if (known?.state === 'complete') return describeUpload(session, known, []);
        const parts = known?.state === 'open' ? await findParts(store, known) : undefined;
        return known === undefined || parts === undefined
          ? describeUpload(session, await create(session), [])
          : describeUpload(session, known, parts);
      }),

    async signPart(deviceId, sessionId, { uploadId, partNumber, bytes, md5 }) {
      const session = await getUploadSession(db, deviceId, sessionId);
      requirePartNumber(partNumber, planUploadLimits(session.duration_seconds));
      const row = await getOpen(sessionId, uploadId);
      if (row.state === 'complete') throw new AppError('conflict', 'this upload is complete');
      const expiresInSeconds = PART_LINK_SECONDS;
      const part = { key: row.object_key, uploadId, partNumber, bytes, md5, expiresInSeconds };
      return { ...(await store.signPart(part)), expiresInSeconds };
    },

    complete: (deviceId, sessionId, request) =>
      turns.take(sessionId, async () => {
        const session = await getUploadSession(db, deviceId, sessionId);
        const row = await getOpen(sessionId, request.uploadId);
        if (row.state === 'complete') return session.movie_bytes ?? 0;
        requirePartList(request.parts, request.totalBytes, planUploadLimits(session.duration_seconds));
        const { bytes } = await completeInStore(store, row, request);
        await finish(row, request, bytes);
        return bytes;
      }),

    abandon: (deviceId, sessionId) =>
      turns.take(sessionId, async () => {
        await getUploadSession(db, deviceId, sessionId);
        await giveUp(sessionId);
      }),

    discard: (sessionId) => turns.take(sessionId, () => giveUp(sessionId)),
    onReady: (listener) => void listeners.add(listener),
  };
}

function describeUpload(session: SessionRow, row: UploadRow, parts: StoredPart[]): UploadState {
  return {
    sessionId: session.id,
    uploadId: row.upload_id,
    partBytes: UPLOAD_PART_BYTES,
    maxParts: planUploadLimits(session.duration_seconds).maxParts,
    state: row.state === 'complete' ? 'complete' : 'open',
    parts,
  };
}

/** Undefined where the store knows the upload no more, and did not complete it either. */
async function findParts(store: ObjectStore, row: UploadRow): Promise<StoredPart[] | undefined> {
  try {
    return await store.listParts(row.object_key, row.upload_id);
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'not_found') throw error;
    return (await store.head(row.object_key)) === undefined ? undefined : [];
  }
}

/**
 * An object that is there although the upload is still open here was verified and completed before a crash kept
 * us from writing it down: objects come into being in no other way.
 */
async function completeInStore(
  store: ObjectStore,
  row: UploadRow,
  { totalBytes, parts }: UploadCompleteRequest,
): Promise<ObjectHead> {
  const head =
    (await store.head(row.object_key)) ?? (await store.complete(row.object_key, row.upload_id, parts));
  if (head.bytes === totalBytes) return head;
  throw new AppError('conflict', `expected ${totalBytes} stored bytes, found ${head.bytes}`);
}
