/** Links that share a video: made, listed and taken back by whoever may; what one leads to. */
import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '@padelvar/shared/errors';
import {
  ShareCreate,
  ShareCreated,
  SharedVideo,
  ShareList,
  ShareRef,
  ShareToken,
} from '@padelvar/shared/library-api';
import { PageQuery } from '@padelvar/shared/page';
import { SessionRef, VideoLook } from '@padelvar/shared/portal-api';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['shares'];
const security = LOGGED_IN;
const params = z.object({ token: ShareToken });

const create = createRoute({
  method: 'post',
  path: '/api/video/files/{sessionId}/shares',
  tags,
  security,
  summary: 'Make a link with which anybody may watch this video until it expires; shown this once',
  request: { params: SessionRef, body: jsonBody(ShareCreate) },
  responses: { 201: jsonAnswer(ShareCreated, 'The link'), ...problems(400, 401, 403, 404, 409) },
});

const list = createRoute({
  method: 'get',
  path: '/api/video/files/{sessionId}/shares',
  tags,
  security,
  summary: 'Links to this video that still stand, newest first',
  request: { params: SessionRef, query: PageQuery },
  responses: { 200: jsonAnswer(ShareList, 'A page of links'), ...problems(400, 401, 403, 404) },
});

const revoke = createRoute({
  method: 'delete',
  path: '/api/video/files/{sessionId}/shares/{shareId}',
  tags,
  security,
  summary: 'Take a link back; whoever watches by it is cut off',
  request: { params: ShareRef },
  responses: { 204: { description: 'Taken back' }, ...problems(400, 401, 403, 404) },
});

const open = createRoute({
  method: 'get',
  path: '/api/shares/{token}',
  tags,
  summary: 'What a link leads to',
  request: { params, query: VideoLook },
  responses: { 200: jsonAnswer(SharedVideo, 'The match'), ...problems(400, 410) },
});

const movie = createRoute({
  method: 'get',
  path: '/api/shares/{token}/movie',
  tags,
  summary: 'The movie a link leads to, with ranges; saving it needs a link that allows it',
  request: {
    params,
    query: z.object({ disposition: z.enum(['attachment', 'inline']).default('inline') }),
  },
  responses: {
    200: { description: 'The movie' },
    206: { description: 'The part that was asked for' },
    302: { description: 'Where the movie is to be watched, for a minute' },
    ...problems(400, 403, 409, 410),
  },
});

export function shareRoutes({ shares, files, clips, gate }: Services) {
  return createSection()
    .openapi(create, async (c) => {
      const { sessionId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'video.share', sessionId);
      const caller = gate.requireCaller(c.get('caller'));
      const wanted = c.req.valid('json');
      if (wanted.clipId === undefined) await files.requireReady(sessionId);
      else await clips.get(caller, sessionId, wanted.clipId);
      const made = await shares.create(caller, sessionId, wanted);
      return c.json(made, 201);
    })
    .openapi(list, async (c) => {
      const { sessionId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'video.share', sessionId);
      return c.json(await shares.list(sessionId, c.req.valid('query')), 200);
    })
    .openapi(revoke, async (c) => {
      const { sessionId, shareId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'video.share', sessionId);
      await shares.revoke(gate.requireCaller(c.get('caller')), sessionId, shareId);
      return c.body(null, 204);
    })
    .openapi(open, async (c) => {
      const look = c.req.valid('query').look === 'true';
      const { sessionId, clipId, canDownload, expiresAtMs } = await shares.open(c.req.valid('param').token);
      const shown =
        clipId === undefined
          ? { ...(await files.describeShared(sessionId, { look })), clipName: null }
          : await clips.describeShared(sessionId, clipId);
      return c.json({ ...shown, download: canDownload, expiresAt: new Date(expiresAtMs).toISOString() }, 200);
    })
    .openapi(movie, async (c) => {
      const { token } = c.req.valid('param');
      const { disposition } = c.req.valid('query');
      const { sessionId, clipId, canDownload } = await shares.open(token);
      if (disposition === 'attachment' && !canDownload) {
        throw new AppError(
          'forbidden',
          'this link is for watching; its owner did not allow to save the video',
        );
      }
      const mayGoOn = async (): Promise<boolean> => {
        await shares.open(token);
        return true;
      };
      return clipId === undefined
        ? files.send(c.req.raw, { sessionId, disposition }, mayGoOn)
        : clips.send(c.req.raw, { sessionId, clipId, disposition }, mayGoOn);
    });
}
