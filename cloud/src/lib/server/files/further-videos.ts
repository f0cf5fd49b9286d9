/** The movies beside a match, as the library shows and hands them out. Callers ask the gate first. */
import { AppError } from '@padelvar/shared/errors';
import type { FurtherVideo } from '@padelvar/shared/library-api';
import type { Db } from '../db/database.ts';
import { findFurtherRow, listFurtherRows } from '../uploads/further-rows.ts';
import type { FurtherRef, FurtherRow } from '../uploads/further-rows.ts';
import { addMovieNumber } from './file-name.ts';
import type { ObjectLinks, Wanted } from './object-links.ts';
import { findVideoRow } from './video-rows.ts';
import { nameMovie } from './video-view.ts';

export interface FurtherVideos {
  /** By session, in their order. */
  list(sessionIds: readonly string[]): Promise<Map<string, FurtherVideo[]>>;
  /** A link of limited life. `not_found` where there is none, `not_ready` until it has arrived, `gone` once deleted. */
  link(ref: FurtherRef, disposition: 'inline' | 'attachment', method: string): Promise<string>;
  /** For whoever watches it and may lose the right to; throws as `link` does, and ends where it is deleted. */
  watch(request: Request, ref: FurtherRef, mayGoOn: () => Promise<boolean>): Promise<Response>;
}

export interface FurtherVideosOptions {
  db: Db;
  links: Pick<ObjectLinks, 'sign' | 'send'>;
}

export function createFurtherVideos({ db, links }: FurtherVideosOptions): FurtherVideos {
  const getWanted = async (ref: FurtherRef, disposition: Wanted['disposition']): Promise<Wanted> => {
    const [match, movie] = [await findVideoRow(db, ref.sessionId), await findFurtherRow(db, ref)];
    if (match?.movie_state === 'deleted') throw new AppError('gone', 'this video has been deleted');
    if (match === undefined || movie === undefined)
      throw new AppError('not_found', `expected a movie ${ref.number} beside this match; found none`);
    if (movie.state !== 'complete') throw new AppError('not_ready', 'this movie is not ready yet');
    return { key: movie.object_key, fileName: addMovieNumber(nameMovie(match), ref.number), disposition };
  };
  return {
    async list(sessionIds) {
      const rows = Map.groupBy(await listFurtherRows(db, sessionIds), (row) => row.session_id);
      return new Map([...rows].map(([sessionId, own]) => [sessionId, formatFurther(own)]));
    },
    link: async (ref, disposition, method) => links.sign(await getWanted(ref, disposition), method),
    async watch(request, ref, mayGoOn) {
      return links.send(request, await getWanted(ref, 'inline'), async () => {
        await getWanted(ref, 'inline');
        return mayGoOn();
      });
    },
  };
}

/** One whose upload was given up stays to be seen: its device begins it anew. */
function formatFurther(rows: readonly FurtherRow[]): FurtherVideo[] {
  return rows
    .filter(({ state }) => state !== 'erased')
    .map((row) => ({
      number: row.number,
      fromMs: row.from_ms,
      durationSeconds: row.duration_ms / 1000,
      bytes: row.bytes,
      width: row.width,
      height: row.height,
      codec: row.codec,
      reason: row.reason,
      ready: row.state === 'complete',
    }));
}
