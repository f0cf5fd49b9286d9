/** The library: list, download or play, delete. */
import { createRoute, z } from '@hono/zod-openapi';
import { ClubId } from '@padelvar/shared/ids';
import { PageQuery } from '@padelvar/shared/page';
import { SessionRef, VideoList } from '@padelvar/shared/portal-api';
import { createSection, jsonAnswer, LOGGED_IN, problems } from './describe.ts';
import { scopeOf } from './video-session.ts';
import type { Services } from './services.ts';

const tags = ['videos'];
const security = LOGGED_IN;

const list = createRoute({
  method: 'get',
  path: '/api/video/files/list',
  tags,
  security,
  summary: 'Videos that the caller may see, newest first',
  request: { query: PageQuery.extend({ clubId: ClubId.optional() }) },
  responses: { 200: jsonAnswer(VideoList, 'A page of videos'), ...problems(400, 401, 404) },
});

const download = createRoute({
  method: 'get',
  path: '/api/video/files/{sessionId}/download',
  tags,
  security,
  summary: 'The movie: leads to a link of limited life, which answers ranges',
  request: {
    params: SessionRef,
    query: z.object({
      disposition: z
        .enum(['attachment', 'inline'])
        .default('attachment')
        .describe('`inline` to play it, `attachment` to save it'),
    }),
  },
  responses: {
    302: { description: 'Where the movie is' },
    ...problems(400, 401, 403, 404, 409),
  },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/video/files/{sessionId}',
  tags,
  security,
  summary: 'Delete a video everywhere; a repeat changes nothing',
  request: { params: SessionRef },
  responses: { 204: { description: 'Deleted' }, ...problems(400, 401, 403, 404, 409) },
});

export function fileRoutes({ files, gate, audit }: Services) {
  return createSection()
    .openapi(list, async (c) => {
      const caller = gate.requireCaller(c.get('caller'));
      const { clubId, cursor, limit } = c.req.valid('query');
      if (clubId !== undefined) await gate.requireClub(caller, 'club.read', clubId);
      return c.json(await files.list(caller, { scope: scopeOf(caller), clubId, cursor, limit }), 200);
    })
    .openapi(download, async (c) => {
      const { sessionId } = c.req.valid('param');
      const { disposition } = c.req.valid('query');
      const action = disposition === 'inline' ? 'video.watch' : 'video.download';
      await gate.requireSession(c.get('caller'), action, sessionId);
      return c.redirect(await files.link(sessionId, disposition), 302);
    })
    .openapi(remove, async (c) => {
      const { sessionId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'video.delete', sessionId);
      await files.delete(sessionId);
      await audit.record(gate.requireCaller(c.get('caller')), 'video.delete', sessionId);
      return c.body(null, 204);
    });
}
