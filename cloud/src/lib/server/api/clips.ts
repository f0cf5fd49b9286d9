/** Clips of a match: made, renamed, kept and deleted by whoever may share it; watched by whoever may watch it. */
import { createRoute } from '@hono/zod-openapi';
import { Clip, ClipCreate, ClipList, ClipQuery, ClipRef, ClipUpdate } from '@padelvar/shared/clip-api';
import { PageQuery } from '@padelvar/shared/page';
import { SessionRef } from '@padelvar/shared/portal-api';
import {
  createSection,
  DispositionQuery,
  fileAnswer,
  jsonAnswer,
  jsonBody,
  LOGGED_IN,
  problems,
} from './describe.ts';
import { respondSmallFile } from './small-file.ts';
import { scopeOf } from './video-session.ts';
import type { Services } from './services.ts';
import { planRecheck } from './visitor.ts';

const tags = ['clips'];
const security = LOGGED_IN;

const create = createRoute({
  method: 'post',
  path: '/api/video/files/{sessionId}/clips',
  tags,
  security,
  summary: 'Make a clip of a match: a range of it under a name, without copying or encoding anything',
  request: { params: SessionRef, body: jsonBody(ClipCreate) },
  responses: { 201: jsonAnswer(Clip, 'The clip'), ...problems(400, 401, 403, 404, 409) },
});

const list = createRoute({
  method: 'get',
  path: '/api/video/files/{sessionId}/clips',
  tags,
  security,
  summary: 'Clips of a match, newest first',
  request: { params: SessionRef, query: PageQuery },
  responses: { 200: jsonAnswer(ClipList, 'A page of clips'), ...problems(400, 401, 403, 404) },
});

const listAll = createRoute({
  method: 'get',
  path: '/api/video/clips',
  tags,
  security,
  summary: 'Clips of all matches that the caller may watch, newest first',
  request: { query: ClipQuery },
  responses: { 200: jsonAnswer(ClipList, 'A page of clips'), ...problems(400, 401, 403, 404) },
});

const get = createRoute({
  method: 'get',
  path: '/api/video/files/{sessionId}/clips/{clipId}',
  tags,
  security,
  summary: 'One clip',
  request: { params: ClipRef },
  responses: { 200: jsonAnswer(Clip, 'The clip'), ...problems(400, 401, 403, 404) },
});

const update = createRoute({
  method: 'patch',
  path: '/api/video/files/{sessionId}/clips/{clipId}',
  tags,
  security,
  summary: 'Rename a clip, or keep it past the end of its match',
  request: { params: ClipRef, body: jsonBody(ClipUpdate) },
  responses: { 200: jsonAnswer(Clip, 'The clip'), ...problems(400, 401, 403, 404, 409) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/video/files/{sessionId}/clips/{clipId}',
  tags,
  security,
  summary: 'Delete a clip and the links to it; its match stays',
  request: { params: ClipRef },
  responses: { 204: { description: 'Deleted' }, ...problems(400, 401, 403, 404) },
});

const thumbnail = createRoute({
  method: 'get',
  path: '/api/video/files/{sessionId}/clips/{clipId}/thumbnail.jpg',
  tags,
  security,
  summary: 'A picture of the match that the clip is of, also where it has outlived that',
  request: { params: ClipRef },
  responses: { 200: fileAnswer('image/jpeg', 'The picture'), ...problems(400, 401, 403, 404, 409) },
});

const movie = createRoute({
  method: 'get',
  path: '/api/video/files/{sessionId}/clips/{clipId}/movie',
  tags,
  security,
  summary: 'The clip as an MP4 of its own, with ranges',
  request: {
    params: ClipRef,
    query: DispositionQuery,
  },
  responses: {
    200: { description: 'The clip' },
    206: { description: 'The part that was asked for' },
    302: { description: 'Where it is, of a clip that is stored by itself' },
    ...problems(400, 401, 403, 404, 409, 410),
  },
});

export function clipRoutes(services: Services) {
  const { clips, gate } = services;
  return createSection()
    .openapi(create, async (c) => {
      const { sessionId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'video.clip', sessionId);
      const caller = gate.requireCaller(c.get('caller'));
      return c.json(await clips.create(caller, sessionId, c.req.valid('json')), 201);
    })
    .openapi(list, async (c) => {
      const { sessionId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'session.see', sessionId);
      const caller = gate.requireCaller(c.get('caller'));
      return c.json(await clips.list(caller, { of: { sessionId }, ...c.req.valid('query') }), 200);
    })
    .openapi(listAll, async (c) => {
      const caller = gate.requireCaller(c.get('caller'));
      const query = c.req.valid('query');
      if (query.clubId !== undefined) await gate.requireClub(caller, 'club.read', query.clubId);
      return c.json(await clips.list(caller, { of: scopeOf(caller), ...query }), 200);
    })
    .openapi(get, async (c) => {
      const { sessionId, clipId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'session.see', sessionId);
      return c.json(await clips.get(gate.requireCaller(c.get('caller')), sessionId, clipId), 200);
    })
    .openapi(update, async (c) => {
      const { sessionId, clipId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'video.clip', sessionId);
      const caller = gate.requireCaller(c.get('caller'));
      return c.json(await clips.update(caller, sessionId, clipId, c.req.valid('json')), 200);
    })
    .openapi(remove, async (c) => {
      const { sessionId, clipId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'video.clip', sessionId);
      await clips.delete(gate.requireCaller(c.get('caller')), sessionId, clipId);
      return c.body(null, 204);
    })
    .openapi(thumbnail, async (c) => {
      const { sessionId, clipId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'video.thumbnail', sessionId);
      return respondSmallFile(c.req.raw, await clips.thumbnail(sessionId, clipId));
    })
    .openapi(movie, async (c) => {
      const { sessionId, clipId } = c.req.valid('param');
      const { disposition } = c.req.valid('query');
      const action = disposition === 'inline' ? 'video.watch' : 'video.download';
      await gate.requireSession(c.get('caller'), action, sessionId);
      const mayGoOn = planRecheck(services, c.req.raw, action, sessionId);
      return clips.send(c.req.raw, { sessionId, clipId, disposition }, mayGoOn);
    });
}
