/**
 * Movies beside a match: their way into the store by uploads of their own, and their end there. Owns the table
 * `further_movie`. What holds of the match's own upload holds of these: one upload each, opened or found; parts that were
 * signed and no others; verified before it counts.
 */
import { randomUUID } from 'node:crypto';
import type {
  FurtherMovieFacts,
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
import type { ObjectStore, StoredPart } from '../storage/object-store.ts';
import {
  findFurtherRow,
  listFurtherRows,
  listLeftFurther,
  planFurtherRow,
  saveFurtherReady,
  saveFurtherRow,
  setFurtherState,
} from './further-rows.ts';
import type { FurtherRef, FurtherRow } from './further-rows.ts';
import { completeInStore, findParts } from './in-store.ts';
import { createSignedParts } from './signed-parts.ts';
import { createTurns } from './turns.ts';
import { planUploadLimits, requirePartList, requirePartNumber } from './upload-limits.ts';
import { getUploadSession } from './upload-session.ts';
import type { SessionRow } from './upload-session.ts';

/** What devices call throws `not_found` for a session of another device, `gone` once the video was deleted. */
export interface FurtherMovies {
  /** Opens, or finds, the one upload of this movie. */
  open(deviceId: string, ref: FurtherRef, movie: FurtherMovieFacts): Promise<UploadState>;
  signPart(deviceId: string, ref: FurtherRef, request: SignPartRequest): Promise<SignPartResponse>;
  /** It is ready once the store holds exactly these parts. Repeating it changes nothing. */
  complete(deviceId: string, ref: FurtherRef, request: UploadCompleteRequest): Promise<number>;
  abandon(deviceId: string, ref: FurtherRef): Promise<void>;
  /** Nothing is left in the store of what lies beside that match. Repeatable. */
  erase(sessionId: string): Promise<void>;
  /** Matches that were deleted while something beside them stayed in the store. */
  listLeft(): Promise<string[]>;
  /** As `Uploads.settle`. */
  settle(olderThanMs: number): Promise<void>;
  onReady(listener: (sessionId: string) => void): void;
}

export interface FurtherMoviesOptions {
  db: Db;
  clock: Pick<Clock, 'nowMs'>;
  log: Logger;
  store: ObjectStore;
}

/** As for the match itself. */
const PART_LINK_SECONDS = 15 * 60;

export function createFurtherMovies({ db, clock, log, store }: FurtherMoviesOptions): FurtherMovies {
  const turns = createTurns();
  const signedParts = createSignedParts(db);
  const listeners = new Set<(sessionId: string) => void>();

  const create = async (
    session: SessionRow,
    ref: FurtherRef,
    movie: FurtherMovieFacts,
  ): Promise<FurtherRow> => {
    const objectKey = `clubs/${session.club_id}/${session.id}/${randomUUID()}.mp4`;
    const { uploadId } = await store.createUpload(objectKey);
    const upload = { upload_id: uploadId, object_key: objectKey, created_at: clock.nowMs() };
    const row = planFurtherRow(ref, movie, upload);
    await saveFurtherRow(db, row);
    return row;
  };

  const getOpen = async (ref: FurtherRef, uploadId: string): Promise<FurtherRow> => {
    const row = await findFurtherRow(db, ref);
    if (row?.upload_id === uploadId && (row.state === 'open' || row.state === 'complete')) return row;
    throw new AppError('conflict', 'expected the open upload of this movie', { field: 'uploadId' });
  };

  const finish = async (row: FurtherRow, bytes: number): Promise<void> => {
    if (await saveFurtherReady(db, row, bytes)) {
      await store.delete(row.object_key);
      throw new AppError('gone', 'this video has been deleted');
    }
    const ref = { sessionId: row.session_id, number: row.number };
    await signedParts.forget(keyOf(ref));
    log.info({ ...ref, bytes }, 'a movie beside a match is ready');
    for (const listener of listeners) listener(ref.sessionId);
  };

  /** It may have been completed by a portal that was killed before it wrote that down. */
  const giveUp = async (row: FurtherRow): Promise<void> => {
    await store.abort(row.object_key, row.upload_id);
    await store.delete(row.object_key);
    await setFurtherState(db, row, { state: 'aborted' });
    await signedParts.forget(keyOf({ sessionId: row.session_id, number: row.number }));
  };

  const inTurn = <Answer>(ref: FurtherRef, work: () => Promise<Answer>): Promise<Answer> =>
    turns.take(keyOf(ref), work);

  /** Its size was told when it was opened. */
  const settleOne = async (ref: FurtherRef, beforeMs: number): Promise<void> => {
    const row = await findFurtherRow(db, ref);
    if (row?.state !== 'open') return;
    const head = await store.head(row.object_key);
    if (head?.bytes === row.bytes) await finish(row, row.bytes);
    else if (row.created_at < beforeMs) await giveUp(row);
  };

  const eraseOne = async (row: FurtherRow): Promise<void> => {
    if (row.state === 'open') await giveUp(row);
    await store.delete(row.object_key);
    await setFurtherState(db, row, { state: 'erased' });
  };

  return {
    open: (deviceId, ref, movie) =>
      inTurn(ref, async () => {
        const session = await getUploadSession(db, deviceId, ref.sessionId);
        const known = await findFurtherRow(db, ref);
        if (known?.state === 'complete') return describeUpload(session, known, []);
        const parts = known?.state === 'open' ? await findParts(store, known) : undefined;
        if (known === undefined || parts === undefined)
          return describeUpload(session, await create(session, ref, movie), []);
        if (parts === 'whole') return { ...describeUpload(session, known, []), state: 'complete' };
        return describeUpload(session, known, await signedParts.name(keyOf(ref), known.upload_id, parts));
      }),

    async signPart(deviceId, ref, { uploadId, partNumber, bytes, md5 }) {
      const session = await getUploadSession(db, deviceId, ref.sessionId);
      requirePartNumber(partNumber, planUploadLimits(session.duration_seconds));
      const row = await getOpen(ref, uploadId);
      if (row.state === 'complete') throw new AppError('conflict', 'this upload is complete');
      await signedParts.add(keyOf(ref), uploadId, { partNumber, bytes, md5 });
      const expiresInSeconds = PART_LINK_SECONDS;
      const part = { key: row.object_key, uploadId, partNumber, bytes, md5, expiresInSeconds };
      return { ...(await store.signPart(part)), expiresInSeconds };
    },

    complete: (deviceId, ref, request) =>
      inTurn(ref, async () => {
        const session = await getUploadSession(db, deviceId, ref.sessionId);
        const row = await getOpen(ref, request.uploadId);
        if (row.state === 'complete') return row.bytes;
        requirePartList(request.parts, request.totalBytes, planUploadLimits(session.duration_seconds));
        await signedParts.requireSigned(keyOf(ref), row.upload_id, request.parts);
        await completeInStore(store, row, request, { startOver: () => giveUp(row) });
        await finish(row, request.totalBytes);
        return request.totalBytes;
      }),

    abandon: (deviceId, ref) =>
      inTurn(ref, async () => {
        await getUploadSession(db, deviceId, ref.sessionId);
        const row = await findFurtherRow(db, ref);
        if (row?.state === 'open') await giveUp(row);
      }),

    async erase(sessionId) {
      for (const { number } of await listFurtherRows(db, [sessionId])) {
        await inTurn({ sessionId, number }, async () => {
          const row = await findFurtherRow(db, { sessionId, number });
          if (row !== undefined && row.state !== 'erased') await eraseOne(row);
        });
      }
    },
    listLeft: () => listLeftFurther(db),
    async settle(olderThanMs) {
      const beforeMs = clock.nowMs() - olderThanMs;
      const open = await db.selectFrom('further_movie').selectAll().where('state', '=', 'open').execute();
      for (const { session_id: sessionId, number } of open) {
        const ref = { sessionId, number };
        await inTurn(ref, () => settleOne(ref, beforeMs)).catch((error: unknown) =>
          log.error({ err: error, ...ref }, 'an upload could not be settled'),
        );
      }
    },
    onReady: (listener) => void listeners.add(listener),
  };
}

/** What its parts and its turn go by; no session is called so. */
function keyOf({ sessionId, number }: FurtherRef): string {
  return `${sessionId}.${number}`;
}

function describeUpload(session: SessionRow, row: FurtherRow, parts: StoredPart[]): UploadState {
  return {
    sessionId: session.id,
    uploadId: row.upload_id,
    partBytes: UPLOAD_PART_BYTES,
    maxParts: planUploadLimits(session.duration_seconds).maxParts,
    state: row.state === 'complete' ? 'complete' : 'open',
    parts,
  };
}
