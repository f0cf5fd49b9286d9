/** What the page's player asks for beside the movie: playlist, init segments, thumbnail and storyboard. */
import { createRoute, z } from '@hono/zod-openapi';
import { SessionRef } from '@padelvar/shared/portal-api';
import type { Context } from 'hono';
import { createSection, LOGGED_IN, problems } from './describe.ts';
import { respondSmallFile } from './small-file.ts';
import type { ApiEnv } from './env.ts';
import type { Services } from './services.ts';

const Binary = z.any().openapi({ type: 'string', format: 'binary' });

function describeFile<Path extends string>(path: Path, type: string, summary: string) {
  return createRoute({
    method: 'get',
    path,
    tags: ['videos'],
    security: LOGGED_IN,
    summary,
    request: { params: SessionRef },
    responses: {
      200: { description: 'The file', content: { [type]: { schema: Binary } } },
      ...problems(400, 401, 403, 404, 409),
    },
  });
}

const playlist = describeFile(
  '/api/video/files/{sessionId}/playlist.m3u8',
  'application/vnd.apple.mpegurl',
  'The movie as HLS: byte ranges of the stored file, each of which leads to a link of limited life',
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

export function playbackRoutes({ gate, playback }: Services) {
  const watch = (c: Context<ApiEnv>, sessionId: string) =>
    gate.requireSession(c.get('caller'), 'video.watch', sessionId);
  const look = (c: Context<ApiEnv>, sessionId: string) =>
    gate.requireSession(c.get('caller'), 'video.thumbnail', sessionId);
  return createSection()
    .openapi(playlist, async (c) => {
      const { sessionId } = c.req.valid('param');
      await watch(c, sessionId);
      return respondSmallFile(c.req.raw, await playback.playlist(sessionId));
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
