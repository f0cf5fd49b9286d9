/** Recordings: start, stop, how far. */
import { createRoute } from '@hono/zod-openapi';
import { RecordStart, RecordStatus, SessionRef } from '@padelvar/shared/portal-api';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['recordings'];
const security = LOGGED_IN;

const start = createRoute({
  method: 'post',
  path: '/api/video/record/start',
  tags,
  security,
  summary: 'Start the recording of an open session; a repeat changes nothing',
  request: { body: jsonBody(RecordStart) },
  responses: { 200: jsonAnswer(RecordStatus, 'Asked for'), ...problems(400, 401, 403, 404, 409) },
});

const stop = createRoute({
  method: 'post',
  path: '/api/video/record/stop',
  tags,
  security,
  summary: 'Stop the recording of a session; a repeat changes nothing',
  request: { body: jsonBody(SessionRef) },
  responses: { 200: jsonAnswer(RecordStatus, 'Asked for'), ...problems(400, 401, 403, 404) },
});

const status = createRoute({
  method: 'get',
  path: '/api/video/record/status/{sessionId}',
  tags,
  security,
  summary: 'How far a recording is, and its movie',
  request: { params: SessionRef },
  responses: { 200: jsonAnswer(RecordStatus, 'The status'), ...problems(400, 401, 403, 404) },
});

export function recordRoutes({ sessions, gate, audit }: Services) {
  return createSection()
    .openapi(start, async (c) => {
      const { sessionId, durationMinutes } = c.req.valid('json');
      await gate.requireSession(c.get('caller'), 'session.start', sessionId);
      const found = await sessions.start(sessionId, durationMinutes);
      await audit.record(gate.requireCaller(c.get('caller')), 'record.start', sessionId, { durationMinutes });
      return c.json(found, 200);
    })
    .openapi(stop, async (c) => {
      const row = await gate.requireSession(c.get('caller'), 'session.stop', c.req.valid('json').sessionId);
      const caller = gate.requireCaller(c.get('caller'));
      const found = await sessions.stop(row.id, row.owner_id === caller.userId ? 'player' : 'admin');
      await audit.record(caller, 'record.stop', row.id);
      return c.json(found, 200);
    })
    .openapi(status, async (c) => {
      const row = await gate.requireSession(c.get('caller'), 'session.see', c.req.valid('param').sessionId);
      return c.json(await sessions.status(row.id), 200);
    });
}
