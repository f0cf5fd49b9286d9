/** What the page's player asks for beside the movie: playlist, init segments, thumbnail and storyboard. */
import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '@padelvar/shared/errors';
import { ShareToken } from '@padelvar/shared/library-api';
import { SessionRef } from '@padelvar/shared/portal-api';
import type { Context } from 'hono';
import { createSection, fileAnswer, LOGGED_IN, problems } from './describe.ts';
import { respondSmallFile } from './small-file.ts';
import type { ApiEnv } from './env.ts';
import type { Services } from './services.ts';

function describeFile<Path extends string>(path: Path, type: string, summary: string) {
  return createRoute({
    method: 'get',
    path,
    tags: ['videos'],
    security: LOGGED_IN,
    summary,
    request: { params: SessionRef },
    responses: { 200: fileAnswer(type), ...problems(400, 401, 403, 404, 409) },
  });
}

function describeShared<Path extends string>(path: Path, type: string, summary: string) {
  return createRoute({
    method: 'get',
    path,
    tags: ['shares'],
    summary,
    request: { params: z.object({ token: ShareToken }) },
    responses: { 200: fileAnswer(type), ...problems(400, 404, 409, 410) },
  });
}

const playlist = describeFile(
  '/api/video/files/{sessionId}/playlist.m3u8',
  'application/vnd.apple.mpegurl',
  'The movie as HLS: byte ranges of the stored file, the right to which is asked for with each',
);
const init = describeFile(
  '/api/video/files/{sessionId}/init.mp4',
  'video/mp4',
  'The init segments that the playlist names',
);
const thumbnail = describeFile(
  '/api/video/files/{sessionId}/thumbnail.jpg',
  'image/jpeg',
  'A picture of the match',
);
const storyboard = describeFile(
  '/api/video/files/{sessionId}/storyboard.vtt',
  'text/vtt',
  'Which tile of the storyboard belongs to which moment',
);
const tiles = describeFile(
  '/api/video/files/{sessionId}/storyboard.jpg',
  'image/jpeg',
  'Pictures of the whole match, as tiles',
);

const shared = {
  playlist: describeShared(
    '/api/shares/{token}/playlist.m3u8',
    'application/vnd.apple.mpegurl',
    'The movie that a link leads to as HLS: the link is asked about for each of its byte ranges',
  ),
  init: describeShared(
    '/api/shares/{token}/init.mp4',
    'video/mp4',
    'The init segments that the playlist names',
  ),
  storyboard: describeShared(
    '/api/shares/{token}/storyboard.vtt',
    'text/vtt',
    'Which tile of the storyboard belongs to which moment',
  ),
  tiles: describeShared(
    '/api/shares/{token}/storyboard.jpg',
    'image/jpeg',
    'Pictures of the whole match, as tiles',
  ),
};

/** The stable links to the movie, beside the playlists. */
const MOVIE_URI = 'download?disposition=inline';
const SHARED_MOVIE_URI = 'movie';

export function playbackRoutes({ gate, playback }: Services) {
  const watch = (c: Context<ApiEnv>, sessionId: string) =>
    gate.requireSession(c.get('caller'), 'video.watch', sessionId);
  const look = (c: Context<ApiEnv>, sessionId: string) =>
    gate.requireSession(c.get('caller'), 'video.thumbnail', sessionId);
  return createSection()
    .openapi(playlist, async (c) => {
      const { sessionId } = c.req.valid('param');
      await watch(c, sessionId);
      return respondSmallFile(c.req.raw, await playback.playlist(sessionId, MOVIE_URI));
    })
    .openapi(init, async (c) => {
      const { sessionId } = c.req.valid('param');
      await watch(c, sessionId);
      return respondSmallFile(c.req.raw, await playback.file(sessionId, 'init.mp4'));
    })
    .openapi(thumbnail, async (c) => {
      const { sessionId } = c.req.valid('param');
      await look(c, sessionId);
      return respondSmallFile(c.req.raw, await playback.file(sessionId, 'thumbnail.jpg'));
    })
    .openapi(storyboard, async (c) => {
      const { sessionId } = c.req.valid('param');
      await watch(c, sessionId);
      return respondSmallFile(c.req.raw, await playback.storyboard(sessionId));
    })
    .openapi(tiles, async (c) => {
      const { sessionId } = c.req.valid('param');
      await watch(c, sessionId);
      return respondSmallFile(c.req.raw, await playback.file(sessionId, 'storyboard.jpg'));
    });
}

/** The same for whoever holds a link that shares the video. */
export function sharedPlaybackRoutes({ shares, files, playback }: Services) {
  /** Throws where the link, or what it leads to, is gone, and where it leads to a clip only. */
  const open = async (token: string): Promise<string> => {
    const { sessionId, clipId } = await shares.open(token);
    if (clipId !== undefined) throw new AppError('not_found', 'this link leads to a clip, which is one file');
    await files.requireReady(sessionId);
    return sessionId;
  };
  return createSection()
    .openapi(shared.playlist, async (c) => {
      const sessionId = await open(c.req.valid('param').token);
      return respondSmallFile(c.req.raw, await playback.playlist(sessionId, SHARED_MOVIE_URI));
    })
    .openapi(shared.init, async (c) => {
      const sessionId = await open(c.req.valid('param').token);
      return respondSmallFile(c.req.raw, await playback.file(sessionId, 'init.mp4'));
    })
    .openapi(shared.storyboard, async (c) => {
      const sessionId = await open(c.req.valid('param').token);
      return respondSmallFile(c.req.raw, await playback.storyboard(sessionId));
    })
    .openapi(shared.tiles, async (c) => {
      const sessionId = await open(c.req.valid('param').token);
      return respondSmallFile(c.req.raw, await playback.file(sessionId, 'storyboard.jpg'));
    });
}
