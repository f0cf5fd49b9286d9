/** Movies beside a match, recorded after its camera's codec changed: how a device brings one, and who gets it. */
import { createRoute } from '@hono/zod-openapi';
import {
  FurtherUploadOpenRequest,
  SignPartRequest,
  SignPartResponse,
  UploadCompleteRequest,
  UploadCompleteResponse,
  UploadState,
} from '@padelvar/shared/edge-api';
import { FurtherMovieRef } from '@padelvar/shared/library-api';
import {
  createSection,
  DispositionQuery,
  jsonAnswer,
  jsonBody,
  LOGGED_IN,
  movieAnswers,
  problems,
} from './describe.ts';
import { DEVICE_TOKEN, requireDevice } from './device-token.ts';
import type { Services } from './services.ts';
import { planRecheck } from './visitor.ts';

const PATH = '/api/edge/uploads/{sessionId}/further/{number}';
const forDevices = { tags: ['edge'], security: DEVICE_TOKEN };
const params = FurtherMovieRef;

const open = createRoute({
  ...forDevices,
  method: 'post',
  path: PATH,
  summary: 'Open, or find, the one upload of this movie beside a match',
  request: { params, body: jsonBody(FurtherUploadOpenRequest) },
  responses: { 200: jsonAnswer(UploadState, 'The upload'), ...problems(400, 401, 404, 409, 410) },
});

const sign = createRoute({
  ...forDevices,
  method: 'post',
  path: `${PATH}/parts`,
  summary: 'A signed address for exactly this part',
  request: { params, body: jsonBody(SignPartRequest) },
  responses: {
    200: jsonAnswer(SignPartResponse, 'Where to PUT the part'),
    ...problems(400, 401, 404, 409, 410),
  },
});

const complete = createRoute({
  ...forDevices,
  method: 'post',
  path: `${PATH}/complete`,
  summary: 'All parts are sent: verify them and make this movie ready',
  request: { params, body: jsonBody(UploadCompleteRequest) },
  responses: {
    200: jsonAnswer(UploadCompleteResponse, 'The stored movie is verified'),
    ...problems(400, 401, 404, 409, 410),
  },
});

const abandon = createRoute({
  ...forDevices,
  method: 'delete',
  path: PATH,
  summary: 'Give the open upload up',
  request: { params },
  responses: { 204: { description: 'Given up' }, ...problems(400, 401, 404, 410) },
});

const download = createRoute({
  method: 'get',
  path: '/api/video/files/{sessionId}/further/{number}/download',
  tags: ['videos'],
  security: LOGGED_IN,
  summary: 'A movie beside the match, with ranges: itself, or a link of limited life to it',
  request: {
    params,
    query: DispositionQuery,
  },
  responses: { ...movieAnswers('The movie'), ...problems(400, 401, 403, 404, 409, 410) },
});

export function furtherRoutes(services: Services) {
  const { furtherMovies, furtherVideos, gate } = services;
  const section = createSection();
  section.use('/api/edge/uploads/*', requireDevice(services));
  return section
    .openapi(open, async (c) => {
      const { movie } = c.req.valid('json');
      return c.json(await furtherMovies.open(c.get('deviceId'), c.req.valid('param'), movie), 200);
    })
    .openapi(sign, async (c) => {
      const request = c.req.valid('json');
      return c.json(await furtherMovies.signPart(c.get('deviceId'), c.req.valid('param'), request), 200);
    })
    .openapi(complete, async (c) => {
      const request = c.req.valid('json');
      const bytes = await furtherMovies.complete(c.get('deviceId'), c.req.valid('param'), request);
      return c.json({ bytes, confirmed: true as const }, 200);
    })
    .openapi(abandon, async (c) => {
      await furtherMovies.abandon(c.get('deviceId'), c.req.valid('param'));
      return c.body(null, 204);
    })
    .openapi(download, async (c) => {
      const ref = c.req.valid('param');
      const { disposition } = c.req.valid('query');
      const action = disposition === 'inline' ? 'video.watch' : 'video.download';
      await gate.requireSession(c.get('caller'), action, ref.sessionId);
      if (disposition === 'inline') {
        return furtherVideos.watch(c.req.raw, ref, planRecheck(services, c.req.raw, action, ref.sessionId));
      }
      return c.redirect(await furtherVideos.link(ref, disposition, c.req.method), 302);
    });
}
