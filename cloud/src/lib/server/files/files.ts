/**
 * The library: lists of videos, links to them, and their end (`deletions.ts`). Does not own the bytes
 * (`storage/`), their arrival (`uploads/`) or rights (`access/`: callers ask the gate first).
 * May import `db`, `access`, `clubs`, `devices`, `sessions`, `storage`, `uploads`, `clock`.
 */
import { AppError } from '@padelvar/shared/errors';
import type { SharedVideo } from '@padelvar/shared/library-api';
import type { Video } from '@padelvar/shared/portal-api';
import type { Caller } from '../auth/caller.ts';
import { findLogo } from '../clubs/club-logos.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { createDeletions } from './deletions.ts';
import type { Deletions, DeletionsOptions } from './deletions.ts';
import type { MissingMovies } from './missing-movies.ts';
import type { FurtherVideos } from './further-videos.ts';
import type { ObjectLinks, Wanted } from './object-links.ts';
import { getVideoRow, listVideoRows } from './video-rows.ts';
import type { VideoQuery, VideoRow } from './video-rows.ts';
import { formatShared, formatVideo, nameMovie } from './video-view.ts';

export interface FilesOptions extends DeletionsOptions {
  furtherVideos: Pick<FurtherVideos, 'list'>;
  sessions: Pick<Sessions, 'status' | 'changed'>;
  links: ObjectLinks;
  missingMovies: Pick<MissingMovies, 'look'>;
}

export interface Files extends Deletions {
  list(caller: Caller, query: VideoQuery): Promise<{ items: Video[]; nextCursor: string | null }>;
  /** `not_found` where there is no video, `gone` where it was deleted. With `look` the store is asked whether it is there. */
  get(caller: Caller, sessionId: string, options?: { look?: boolean }): Promise<Video>;
  /**
   * A link of limited life. `not_ready` with state and seconds to go, `gone` where it was deleted, or is to be saved or known
   * to be missing and the store does not have it.
   */
  link(sessionId: string, disposition: 'inline' | 'attachment', method?: string): Promise<string>;
  /** For whoever may lose the right to it meanwhile; throws as `link` does, and ends where the video is deleted. */
  send(
    request: Request,
    what: { sessionId: string; disposition: 'inline' | 'attachment' },
    mayGoOn: () => Promise<boolean>,
  ): Promise<Response>;
  /** Throws as `link` does where there is nothing to share. */
  requireReady(sessionId: string): Promise<{ key: string; bytes: number }>;
  /** What a link to this video says of it, with `look` by what the store says; throws as `requireReady` does. */
  describeShared(
    sessionId: string,
    options?: { look?: boolean },
  ): Promise<Omit<SharedVideo, 'download' | 'expiresAt' | 'clipName'>>;
}

export function createFiles(options: FilesOptions): Files {
  const { db, sessions, links, furtherVideos, missingMovies } = options;

  const getReadyRow = async (sessionId: string): Promise<ReadyRow> => {
    const row = await getVideoRow(db, sessionId);
    if (row.movie_state === 'deleted') throw new AppError('gone', 'this video has been deleted');
    if (isReady(row)) return row;
    const { etaSeconds } = await sessions.status(sessionId);
    throw new AppError('not_ready', 'this video is not ready yet', {
      details: { state: row.movie_state, etaSeconds },
    });
  };

  const describe = (row: ReadyRow, disposition: Wanted['disposition']): Wanted => ({
    key: row.object_key,
    fileName: nameMovie(row),
    disposition,
  });

  /** What can't be asked about is left as it was: whoever wants the movie is told by the store. */
  const lookFor = async <Row extends VideoRow>(row: Row): Promise<Row> => {
    if (!isReady(row)) return row;
    const since = await missingMovies.look(row).catch(() => row.missing_at);
    return { ...row, missing_at: since };
  };
  const requireStored = async (row: ReadyRow): Promise<void> => {
    if ((await lookFor(row)).missing_at === null) return;
    throw new AppError('gone', 'the storage of this portal has this video no more', {
      details: { state: 'missing' },
    });
  };

  return {
    async list(caller, query) {
      const { rows, nextCursor } = await listVideoRows(db, query);
      const further = await furtherVideos.list(rows.map(({ id }) => id));
      return { items: rows.map((row) => formatVideo(row, caller, further.get(row.id))), nextCursor };
    },
    async get(caller, sessionId, { look = false } = {}) {
      const row = await getVideoRow(db, sessionId);
      if (row.movie_state === 'deleted') throw new AppError('gone', 'this video has been deleted');
      if (row.movie_state === 'none') throw new AppError('not_found', 'this session has no video');
      const further = await furtherVideos.list([sessionId]);
      return formatVideo(look ? await lookFor(row) : row, caller, further.get(sessionId));
    },
    async link(sessionId, disposition, method) {
      const row = await getReadyRow(sessionId);
      // A first picture waits for no store but its own.
      if (disposition === 'attachment' || row.missing_at !== null) await requireStored(row);
      return links.sign(describe(row, disposition), method);
    },
    async send(request, { sessionId, disposition }, mayGoOn) {
      const row = await getReadyRow(sessionId);
      if (row.missing_at !== null) await requireStored(row);
      return links.send(request, describe(row, disposition), async () => {
        await getReadyRow(sessionId);
        return mayGoOn();
      });
    },
    async requireReady(sessionId) {
      const row = await getReadyRow(sessionId);
      return { key: row.object_key, bytes: row.movie_bytes ?? 0 };
    },
    async describeShared(sessionId, { look = false } = {}) {
      const ready = await getReadyRow(sessionId);
      const row = look ? await lookFor(ready) : ready;
      return { ...formatShared(row), logo: await findLogo(db, row.club_id) };
    },
    ...createDeletions(options),
  };
}

type ReadyRow = VideoRow & { object_key: string };

function isReady(row: VideoRow): row is ReadyRow {
  return row.movie_state === 'ready' && row.object_key !== null;
}
