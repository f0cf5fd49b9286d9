/**
 * Uploads of movies, one for each session. Owns the `upload` table and the movie facts of `match_session`;
 * the bytes are the store's, the rights of people are the gate's. May import `db`, `storage`, `clock`, `log`.
 */
import { randomUUID } from 'node:crypto';
import type {
  SignPartRequest,
  SignPartResponse,
  UploadCompleteRequest,
  UploadOpenRequest,
  UploadState,
} from '@padelvar/shared/edge-api';
import { AppError } from '@padelvar/shared/errors';
import type { SideFileName } from '@padelvar/shared/side-files';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { createFirstPayloads } from './first-payload.ts';
import { completeInStore, findParts } from './in-store.ts';
import { createSignedParts } from './signed-parts.ts';
import type { SideFiles } from './side-files.ts';
import { createTroubleNotes } from './trouble-notes.ts';
import { createTurns } from './turns.ts';
import { abortUnknown } from './unknown-uploads.ts';
import { planUploadLimits, requirePartList, requirePartNumber } from './upload-limits.ts';
import { createUploadEnds } from './upload-ends.ts';
import { findUpload, listUnsettled, saveTold } from './upload-rows.ts';
import type { UploadRow } from './upload-rows.ts';
import { getUploadSession } from './upload-session.ts';
import type { SessionRow } from './upload-session.ts';
import { describeComplete, describeOpen } from './upload-state.ts';

export interface UploadsOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  store: ObjectStore;
  sideFiles: SideFiles;
}

/** Each call throws `not_found` for a session of another device, `gone` once the video was deleted. */
export interface Uploads {
  /** Opens, or finds, the one upload of this session; with the index last, a place for the payload of part 1 too. */
  open(deviceId: string, sessionId: string, layout?: UploadLayout): Promise<UploadState>;
  /** One address, just in time, for exactly this part. `conflict` for an upload that is not open. */
  signPart(deviceId: string, sessionId: string, request: SignPartRequest): Promise<SignPartResponse>;
  /** The movie is ready once the store holds exactly these parts. Repeating it changes nothing. */
  complete(deviceId: string, sessionId: string, request: UploadCompleteRequest): Promise<number>;
  /** Gives the open upload up. None is no error. */
  abandon(deviceId: string, sessionId: string): Promise<void>;
  /** Keeps a small file beside the movie, whose upload must have been opened. */
  putSideFile(deviceId: string, sessionId: string, name: SideFileName, body: Uint8Array): Promise<void>;
  /** Gives up what is arriving for a video that has been deleted, and what lies beside it. */
  discard(sessionId: string): Promise<void>;
  /**
   * Finishes what the store holds whole although nobody has written it down, and gives up what has been open for longer
   * than that. What can't be settled now holds up nothing else.
   */
  settle(olderThanMs: number): Promise<void>;
  /** Gives up what the store holds of uploads that nobody here knows, once they are so old, and what is left of known ones. */
  abortUnknown(olderThanMs: number): Promise<number>;
  onReady(listener: (sessionId: string) => void): void;
}

type UploadLayout = UploadOpenRequest['layout'];

/** A part of 5 MiB takes 11 minutes at 64 kbit/s. */
const PART_LINK_SECONDS = 15 * 60;

export function createUploads({ db, clock, log, store, sideFiles }: UploadsOptions): Uploads {
  const turns = createTurns();
  const signedParts = createSignedParts(db);
  const firstPayloads = createFirstPayloads({ db, store, signedParts });
  const troubles = createTroubleNotes(db);
  const listeners = new Set<(sessionId: string) => void>();
  const ends = createUploadEnds({
    ...{ db, clock, log, store, sideFiles, signedParts, firstPayloads, troubles },
    onReady(sessionId) {
      for (const listener of listeners) listener(sessionId);
    },
  });

  const create = async (session: SessionRow): Promise<UploadRow> => {
    const objectKey = `clubs/${session.club_id}/${session.id}/${randomUUID()}.mp4`;
    const row: UploadRow = {
      session_id: session.id,
      upload_id: (await store.createUpload(objectKey)).uploadId,
      object_key: objectKey,
      max_parts: planUploadLimits(session.duration_seconds).maxParts,
      state: 'open',
      created_at: clock.nowMs(),
      told: null,
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

  /** Where parts of that upload go: the movie's own, or the payload of its part 1. */
  const getKey = async (sessionId: string, uploadId: string): Promise<string> => {
    const payload = await firstPayloads.find(sessionId, uploadId);
    const row = await getOpen(sessionId, payload?.upload_id ?? uploadId);
    if (row.state === 'complete') throw new AppError('conflict', 'this upload is complete');
    return payload?.object_key ?? row.object_key;
  };

  /** One at a time for each session; what the store fails to do is noted on it. */
  const inTurn = <Answer>(sessionId: string, work: () => Promise<Answer>): Promise<Answer> =>
    turns.take(sessionId, () => troubles.watch(sessionId, work));

  return {
    open: (deviceId, sessionId, layout = 'header-first') =>
      inTurn(sessionId, async () => {
        const session = await getUploadSession(db, deviceId, sessionId);
        const known = await findUpload(db, sessionId);
        if (known?.state === 'complete') return describeComplete(session, known);
        const found = known?.state === 'open' ? await findParts(store, known) : undefined;
        if (known !== undefined && found === 'whole') return describeComplete(session, known);
        const isKnown = known !== undefined && found !== undefined && found !== 'whole';
        const row = isKnown ? known : await create(session);
        const parts = isKnown ? await signedParts.name(sessionId, row.upload_id, found) : [];
        if (layout === 'header-first') return describeOpen(session, row, parts);
        return describeOpen(session, row, parts, await firstPayloads.open(row));
      }),

    async signPart(deviceId, sessionId, { uploadId, partNumber, bytes, md5, trouble = null }) {
      const session = await getUploadSession(db, deviceId, sessionId);
      requirePartNumber(partNumber, planUploadLimits(session.duration_seconds));
      const key = await getKey(sessionId, uploadId);
      await troubles.note(sessionId, trouble);
      await signedParts.add(sessionId, uploadId, { partNumber, bytes, md5 });
      const expiresInSeconds = PART_LINK_SECONDS;
      const part = { key, uploadId, partNumber, bytes, md5, expiresInSeconds };
      return { ...(await store.signPart(part)), expiresInSeconds };
    },

    complete: (deviceId, sessionId, request) =>
      inTurn(sessionId, async () => {
        const session = await getUploadSession(db, deviceId, sessionId);
        const row = await getOpen(sessionId, request.uploadId);
        if (row.state === 'complete') return session.movie_bytes ?? 0;
        requirePartList(request.parts, request.totalBytes, planUploadLimits(session.duration_seconds));
        await firstPayloads.admit(row, request);
        await signedParts.requireSigned(sessionId, row.upload_id, request.parts);
        await saveTold(db, row, request);
        await completeInStore(store, row, request, {
          prepare: () => firstPayloads.join(row, request),
          startOver: () => ends.giveUp(sessionId),
        });
        await ends.finish(row, request);
        return request.totalBytes;
      }),

    abandon: (deviceId, sessionId) =>
      inTurn(sessionId, async () => {
        await getUploadSession(db, deviceId, sessionId);
        await ends.giveUp(sessionId);
      }),

    putSideFile: (deviceId, sessionId, name, body) =>
      inTurn(sessionId, async () => {
        await getUploadSession(db, deviceId, sessionId);
        const row = await findUpload(db, sessionId);
        if (row === undefined || row.state === 'aborted') {
          throw new AppError('conflict', 'expected an upload that was opened before its side files');
        }
        await sideFiles.put(sessionId, row.object_key, name, body);
      }),

    discard: (sessionId) =>
      turns.take(sessionId, async () => {
        await sideFiles.erase(sessionId);
        await ends.giveUp(sessionId);
      }),
    async settle(olderThanMs) {
      const beforeMs = clock.nowMs() - olderThanMs;
      for (const sessionId of await listUnsettled(db, beforeMs)) {
        await turns
          .take(sessionId, () => ends.settle(sessionId, beforeMs))
          .catch((error: unknown) => log.error({ err: error, sessionId }, 'an upload could not be settled'));
      }
    },
    async abortUnknown(olderThanMs) {
      for (const sessionId of await firstPayloads.listLeft())
        await turns.take(sessionId, () => firstPayloads.drop(sessionId));
      return abortUnknown({ db, store, before: clock.nowMs() - olderThanMs });
    },
    onReady: (listener) => void listeners.add(listener),
  };
}
