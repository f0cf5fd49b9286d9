/** The library: list, download or play, delete. */
import { createRoute } from '@hono/zod-openapi';
import {
  DeletionReceipt,
  SessionRef,
  Video,
  VideoList,
  VideoLook,
  VideoQuery,
} from '@padelvar/shared/portal-api';
import {
  createSection,
  DispositionQuery,
  jsonAnswer,
  LOGGED_IN,
  movieAnswers,
  problems,
} from './describe.ts';
import { scopeOf } from './video-session.ts';
import type { Services } from './services.ts';
import { planRecheck } from './visitor.ts';

const tags = ['videos'];
const security = LOGGED_IN;

const list = createRoute({
  method: 'get',
  path: '/api/video/files/list',
  tags,
  security,
  summary: 'Videos that the caller may see, newest first',
  request: { query: VideoQuery },
  responses: { 200: jsonAnswer(VideoList, 'A page of videos'), ...problems(400, 401, 404) },
});

const get = createRoute({
  method: 'get',
  path: '/api/video/files/{sessionId}',
  tags,
  security,
  summary: 'One video',
  request: { params: SessionRef, query: VideoLook },
  responses: { 200: jsonAnswer(Video, 'The video'), ...problems(400, 401, 403, 404, 410) },
});

const download = createRoute({
  method: 'get',
  path: '/api/video/files/{sessionId}/download',
  tags,
  security,
  summary: 'The movie, with ranges: itself, or a link of limited life to it',
  request: {
    params: SessionRef,
    query: DispositionQuery,
  },
  responses: {
    ...movieAnswers('The movie'),
    ...problems(400, 401, 403, 404, 409, 410),
  },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/video/files/{sessionId}',
  tags,
  security,
  summary: 'Delete a video everywhere; a repeat changes nothing',
  request: { params: SessionRef },
  responses: {
    200: jsonAnswer(DeletionReceipt, 'Deleted, and what is gone by now'),
    ...problems(400, 401, 403, 404, 409),
  },
});

const receipt = createRoute({
  method: 'get',
  path: '/api/video/files/{sessionId}/receipt',
  tags,
  security,
  summary: 'What was deleted, by whom, and which copies are gone by now',
  request: { params: SessionRef },
  responses: { 200: jsonAnswer(DeletionReceipt, 'The receipt'), ...problems(400, 401, 403, 404) },
});

export function fileRoutes(services: Services) {
  const { files, gate, audit } = services;
  return createSection()
    .openapi(list, async (c) => {
      const caller = gate.requireCaller(c.get('caller'));
      const { from, to, ...query } = c.req.valid('query');
      if (query.clubId !== undefined) await gate.requireClub(caller, 'club.read', query.clubId);
      const span = { fromMs: instantOf(from), toMs: instantOf(to) };
      return c.json(await files.list(caller, { scope: scopeOf(caller), ...query, ...span }), 200);
    })
    .openapi(get, async (c) => {
      const { sessionId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'session.see', sessionId);
      const look = c.req.valid('query').look === 'true';
      return c.json(await files.get(gate.requireCaller(c.get('caller')), sessionId, { look }), 200);
    })
    .openapi(download, async (c) => {
      const { sessionId } = c.req.valid('param');
      const { disposition } = c.req.valid('query');
      const action = disposition === 'inline' ? 'video.watch' : 'video.download';
      await gate.requireSession(c.get('caller'), action, sessionId);
      if (disposition === 'attachment') {
        return c.redirect(await files.link(sessionId, disposition, c.req.method), 302);
      }
      const mayGoOn = planRecheck(services, c.req.raw, action, sessionId);
      return files.send(c.req.raw, { sessionId, disposition }, mayGoOn);
    })
    .openapi(remove, async (c) => {
      const { sessionId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'video.delete', sessionId);
      const caller = gate.requireCaller(c.get('caller'));
      const deleted = await files.delete(sessionId, caller);
      await audit.record(caller, 'video.delete', sessionId);
      return c.json(deleted, 200);
    })
    .openapi(receipt, async (c) => {
      const { sessionId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'video.delete', sessionId);
      return c.json(await files.receipt(sessionId), 200);
    });
}

function instantOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
