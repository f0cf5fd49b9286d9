/** What a player in the page needs beside the movie: the playlist, init segments, thumbnail, storyboard. */
import { AppError } from '@padelvar/shared/errors';
import { StoryboardLayout } from '@padelvar/shared/side-files';
import type { FragmentIndex, SideFileName } from '@padelvar/shared/side-files';
import type { Db } from '../db/database.ts';
import type { SideFile, SideFiles } from '../uploads/side-files.ts';
import { formatPlaylist } from './playlist.ts';
import { formatStoryboard } from './storyboard.ts';

/** Each throws `not_ready` where the device has stored no such thing, or not of this movie. */
export interface Playback {
  /** For a movie that is ready; `movieUri` is its address as seen from the playlist's. */
  playlist(sessionId: string, movieUri: string): Promise<SideFile>;
  storyboard(sessionId: string): Promise<SideFile>;
  file(sessionId: string, name: SideFileName): Promise<SideFile>;
}

export function createPlayback({ db, sideFiles }: { db: Db; sideFiles: SideFiles }): Playback {
  const file = async (sessionId: string, name: SideFileName): Promise<SideFile> => {
    const found = await sideFiles.find(sessionId, name);
    if (found === undefined)
      throw new AppError('not_ready', `its device has not stored ${name} beside this video`);
    return found;
  };
  const movieOf = async (sessionId: string) =>
    db
      .selectFrom('match_session')
      .select(['movie_state', 'movie_bytes', 'movie_duration_ms'])
      .where('id', '=', sessionId)
      .executeTakeFirst();

  return {
    file,
    async playlist(sessionId, movieUri) {
      const movie = await movieOf(sessionId);
      if (movie?.movie_state !== 'ready') throw new AppError('not_ready', 'this video is not ready yet');
      const { body, etag } = await file(sessionId, 'index.json');
      // It was checked when it was stored: to check the 11,250 fragments of 90 minutes again takes longer than all else here.
      const index = JSON.parse(Buffer.from(body).toString('utf8')) as FragmentIndex;
      if (index.totalBytes !== movie.movie_bytes) {
        throw new AppError('not_ready', 'the index beside this video is of another one');
      }
      return asText(formatPlaylist(index, movieUri), 'application/vnd.apple.mpegurl', etag);
    },
    async storyboard(sessionId) {
      const { body, etag } = await file(sessionId, 'storyboard.json');
      const layout = StoryboardLayout.parse(JSON.parse(Buffer.from(body).toString('utf8')));
      const movie = await movieOf(sessionId);
      return asText(formatStoryboard(layout, movie?.movie_duration_ms ?? 0), 'text/vtt; charset=utf-8', etag);
    },
  };
}

function asText(text: string, contentType: string, etag: string): SideFile {
  return { body: new TextEncoder().encode(text), contentType, etag };
}
