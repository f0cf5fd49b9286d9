/** Recordings: start, stop, how far. */
import { createRoute } from '@hono/zod-openapi';
import { RecordExtend } from '@padelvar/shared/players-api';
import { RecordStart, RecordStatus, SessionRef } from '@padelvar/shared/portal-api';
import { idOf } from '../access/decide.ts';
import { keepNotice } from '../privacy/notice.ts';
import { createSection, jsonAnswer, jsonBody, problems } from './describe.ts';
import type { Services } from './services.ts';
import { LOGGED_IN_OR_GUEST, visitorOf } from './visitor.ts';

const tags = ['recordings'];
const security = LOGGED_IN_OR_GUEST;

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

const extend = createRoute({
  method: 'post',
  path: '/api/video/record/extend',
  tags,
  security,
  summary: 'Move the end of a running recording on, by 15 minutes unless said otherwise',
  request: { body: jsonBody(RecordExtend) },
  responses: { 200: jsonAnswer(RecordStatus, 'Asked for'), ...problems(400, 401, 403, 404, 409) },
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

export function recordRoutes({ db, clubs, sessions, gate, audit }: Services) {
  return createSection()
    .openapi(start, async (c) => {
      const { sessionId, durationMinutes, notice } = c.req.valid('json');
      const row = await gate.requireSession(visitorOf(c), 'session.start', sessionId);
      const minutes = await clubs.planMinutes(row.club_id, durationMinutes);
      const found = await sessions.start(sessionId, minutes);
      if (notice !== undefined) await keepNotice(db, sessionId, notice);
      await audit.record(visitorOf(c), 'record.start', sessionId, { durationMinutes: minutes });
      return c.json(found, 200);
    })
    .openapi(stop, async (c) => {
      const visitor = visitorOf(c);
      const row = await gate.requireSession(visitor, 'session.stop', c.req.valid('json').sessionId);
      const isOwn = visitor !== undefined && row.owner_id === idOf(visitor);
      const found = await sessions.stop(row.id, isOwn ? 'player' : 'admin');
      await audit.record(visitor, 'record.stop', row.id);
      return c.json(found, 200);
    })
    .openapi(extend, async (c) => {
      const { sessionId, minutes } = c.req.valid('json');
      await gate.requireSession(visitorOf(c), 'session.extend', sessionId);
      const found = await sessions.extend(sessionId, minutes);
      await audit.record(visitorOf(c), 'record.extend', sessionId, { minutes });
      return c.json(found, 200);
    })
    .openapi(status, async (c) => {
      const row = await gate.requireSession(visitorOf(c), 'session.see', c.req.valid('param').sessionId);
      return c.json(await sessions.status(row.id), 200);
    });
}
