/** Watching at the club before a video is in the library, and what a club sets of its recorder's line and disk. */
import { createRoute, z } from '@hono/zod-openapi';
import { DeviceId } from '@padelvar/shared/ids';
import { ClubWatch, DeviceSettings, SessionRef } from '@padelvar/shared/portal-api';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const security = LOGGED_IN;

const local = createRoute({
  method: 'get',
  path: '/api/video/files/{sessionId}/local',
  tags: ['videos'],
  security,
  summary:
    'A link to the match on the club’s own network, to be opened at the top level; running matches too',
  request: { params: SessionRef, query: z.object({ open: z.literal('1').optional() }) },
  responses: {
    200: jsonAnswer(ClubWatch, 'A link that is good for 15 minutes'),
    303: { description: 'With `open=1`: to that page' },
    ...problems(400, 401, 403, 404, 409, 410),
  },
});

const settings = createRoute({
  method: 'patch',
  path: '/api/admin/devices/{deviceId}',
  tags: ['admin'],
  security,
  summary:
    'What uploads of a mini-PC may take of the line, and how long it keeps its copies; null for the default',
  request: { params: z.object({ deviceId: DeviceId }), body: jsonBody(DeviceSettings) },
  responses: { 200: jsonAnswer(DeviceSettings, 'The settings'), ...problems(400, 401, 403, 404) },
});

export function clubWatchRoutes({ gate, watchLinks, sessions, deviceAdmin }: Services) {
  return createSection()
    .openapi(local, async (c) => {
      const { sessionId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'video.watch', sessionId);
      const { url, expiresAtMs } = await watchLinks.create(sessionId);
      c.header('cache-control', 'no-store');
      if (c.req.valid('query').open === '1') return c.redirect(url, 303);
      const { etaSeconds, movie } = await sessions.status(sessionId);
      return c.json({ url, expiresAt: new Date(expiresAtMs).toISOString(), etaSeconds, movie }, 200);
    })
    .openapi(settings, async (c) => {
      const { deviceId } = c.req.valid('param');
      await gate.requireDevice(c.get('caller'), 'device.settings', deviceId);
      const caller = gate.requireCaller(c.get('caller'));
      return c.json(await deviceAdmin.change(caller, deviceId, c.req.valid('json')), 200);
    });
}
