/** `/api/edge/uploads/…`: how a device brings its movies to the store. Device token only. */
import { createRoute } from '@hono/zod-openapi';
import {
  SignPartRequest,
  SignPartResponse,
  UploadCompleteRequest,
  UploadCompleteResponse,
  UploadOpenRequest,
  UploadState,
} from '@padelvar/shared/edge-api';
import { SessionRef } from '@padelvar/shared/portal-api';
import { SIDE_FILE_MAX_BYTES, SideFileName } from '@padelvar/shared/side-files';
import { readBounded } from '../uploads/read-bounded.ts';
import { tooLarge } from '../uploads/side-file-content.ts';
import { Binary, createSection, jsonAnswer, jsonBody, problems } from './describe.ts';
import { DEVICE_TOKEN, requireDevice } from './device-token.ts';
import type { Services } from './services.ts';

const tags = ['edge'];
const security = DEVICE_TOKEN;
const params = SessionRef;

const open = createRoute({
  method: 'post',
  path: '/api/edge/uploads/{sessionId}',
  tags,
  security,
  summary: 'Open, or find, the one upload of this session',
  request: { params, body: jsonBody(UploadOpenRequest) },
  responses: { 200: jsonAnswer(UploadState, 'The upload'), ...problems(400, 401, 404, 409) },
});

const sign = createRoute({
  method: 'post',
  path: '/api/edge/uploads/{sessionId}/parts',
  tags,
  security,
  summary: 'A signed address for exactly this part',
  request: { params, body: jsonBody(SignPartRequest) },
  responses: { 200: jsonAnswer(SignPartResponse, 'Where to PUT the part'), ...problems(400, 401, 404, 409) },
});

const complete = createRoute({
  method: 'post',
  path: '/api/edge/uploads/{sessionId}/complete',
  tags,
  security,
  summary: 'All parts are sent: verify them and make the movie ready',
  request: { params, body: jsonBody(UploadCompleteRequest) },
  responses: {
    200: jsonAnswer(UploadCompleteResponse, 'The stored movie is verified'),
    ...problems(400, 401, 404, 409),
  },
});

const abandon = createRoute({
  method: 'delete',
  path: '/api/edge/uploads/{sessionId}',
  tags,
  security,
  summary: 'Give the open upload up',
  request: { params },
  responses: { 204: { description: 'Given up' }, ...problems(400, 401, 404) },
});

const putFile = createRoute({
  method: 'put',
  path: '/api/edge/uploads/{sessionId}/files/{name}',
  tags,
  security,
  summary: 'Keep a small file beside the movie; sending it again replaces it',
  request: {
    params: params.extend({ name: SideFileName }),
    body: { required: true, content: { 'application/octet-stream': { schema: Binary } } },
  },
  responses: { 204: { description: 'Kept' }, ...problems(400, 401, 404, 409, 410) },
});

export function uploadRoutes(services: Services) {
  const { uploads } = services;
  const section = createSection();
  section.use('/api/edge/uploads/*', requireDevice(services));
  return section
    .openapi(open, async (c) => {
      const { sessionId } = c.req.valid('param');
      return c.json(await uploads.open(c.get('deviceId'), sessionId, c.req.valid('json').layout), 200);
    })
    .openapi(sign, async (c) => {
      const { sessionId } = c.req.valid('param');
      return c.json(await uploads.signPart(c.get('deviceId'), sessionId, c.req.valid('json')), 200);
    })
    .openapi(complete, async (c) => {
      const { sessionId } = c.req.valid('param');
      const bytes = await uploads.complete(c.get('deviceId'), sessionId, c.req.valid('json'));
      return c.json({ bytes, confirmed: true as const }, 200);
    })
    .openapi(abandon, async (c) => {
      await uploads.abandon(c.get('deviceId'), c.req.valid('param').sessionId);
      return c.body(null, 204);
    })
    .openapi(putFile, async (c) => {
      const { sessionId, name } = c.req.valid('param');
      const maxBytes = SIDE_FILE_MAX_BYTES[name];
      const body = await readBounded(c.req.raw, maxBytes, () => tooLarge(name, maxBytes));
      await uploads.putSideFile(c.get('deviceId'), sessionId, name, body);
      return c.body(null, 204);
    });
}
