/** The live picture: for browsers as a stream, a snapshot and its state; from devices frame by frame. */
import { createRoute, z } from '@hono/zod-openapi';
import { PreviewPushResponse } from '@padelvar/shared/edge-api';
import { PreviewInfo, SessionRef } from '@padelvar/shared/portal-api';
import type { Visitor } from '../access/decide.ts';
import { readJpeg } from '../previews/jpeg-upload.ts';
import { MJPEG_CONTENT_TYPE, streamFrames } from '../previews/mjpeg-body.ts';
import { keepChecked } from '../previews/watched-rights.ts';
import { Binary, createSection, jsonAnswer, problems } from './describe.ts';
import { DEVICE_TOKEN, requireDevice } from './device-token.ts';
import type { Services } from './services.ts';
import { findVisitor, LOGGED_IN_OR_GUEST, visitorOf } from './visitor.ts';

const tags = ['preview'];
const security = LOGGED_IN_OR_GUEST;
const params = SessionRef;

const stream = createRoute({
  method: 'get',
  path: '/api/preview/{sessionId}/stream.mjpeg',
  tags,
  security,
  summary: 'The live picture until the session ends; frames are skipped for a slow viewer',
  request: { params },
  responses: {
    200: { description: 'JPEG after JPEG', content: { 'multipart/x-mixed-replace': { schema: Binary } } },
    ...problems(400, 401, 403, 404, 409, 429),
  },
});

const snapshot = createRoute({
  method: 'get',
  path: '/api/preview/{sessionId}/snapshot.jpg',
  tags,
  security,
  summary: 'One picture, not older than 2 s; its age stands in x-frame-age-ms',
  request: {
    params,
    query: z.object({
      reason: z.string().max(200).optional().describe('Why support looks at this court; audited'),
    }),
  },
  responses: {
    200: { description: 'A JPEG', content: { 'image/jpeg': { schema: Binary } } },
    ...problems(400, 401, 403, 404, 409, 504),
  },
});

const info = createRoute({
  method: 'get',
  path: '/api/preview/{sessionId}/info',
  tags,
  security,
  summary: 'Who watches, and how old the newest picture is',
  request: { params },
  responses: { 200: jsonAnswer(PreviewInfo, 'The state'), ...problems(400, 401, 403, 404) },
});

const push = createRoute({
  method: 'post',
  path: '/api/edge/preview/{sessionId}',
  tags: ['edge'],
  security: DEVICE_TOKEN,
  summary: 'One frame from the device',
  request: {
    params,
    headers: z.object({ 'x-frame-age-ms': z.coerce.number().min(0).max(60_000).default(0) }),
    body: { required: true, content: { 'application/octet-stream': { schema: Binary } } },
  },
  responses: {
    200: jsonAnswer(PreviewPushResponse, 'Whether more are wanted'),
    ...problems(400, 401, 404),
  },
});

export function previewRoutes(services: Services) {
  const { previews, gate, clock } = services;
  const section = createSection();
  section.use('/api/edge/preview/*', requireDevice(services));
  return section
    .openapi(stream, async (c) => {
      const { sessionId } = c.req.valid('param');
      const require = (visitor: Visitor) => gate.requireSession(visitor, 'preview.stream', sessionId);
      await require(visitorOf(c));
      const { headers, signal } = c.req.raw;
      const check = async () => require(await findVisitor(services, headers));
      const body = streamFrames(keepChecked(await previews.watch(sessionId), { clock, check }), signal);
      return new Response(body, {
        headers: {
          'content-type': MJPEG_CONTENT_TYPE,
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
        },
      });
    })
    .openapi(snapshot, async (c) => {
      const { sessionId } = c.req.valid('param');
      await gate.requireSession(visitorOf(c), 'preview.snapshot', sessionId, c.req.valid('query'));
      const { jpeg, ageMs } = await previews.snapshot(sessionId);
      return new Response(new Uint8Array(jpeg), {
        headers: {
          'content-type': 'image/jpeg',
          'cache-control': 'no-store',
          'x-frame-age-ms': String(ageMs),
        },
      });
    })
    .openapi(info, async (c) => {
      const { sessionId } = c.req.valid('param');
      await gate.requireSession(visitorOf(c), 'session.see', sessionId);
      return c.json({ sessionId, ...previews.info(sessionId) }, 200);
    })
    .openapi(push, async (c) => {
      const { sessionId } = c.req.valid('param');
      const jpeg = await readJpeg(c.req.raw);
      const ageMs = c.req.valid('header')['x-frame-age-ms'];
      return c.json(await previews.push(c.get('deviceId'), sessionId, jpeg, ageMs), 200);
    });
}
