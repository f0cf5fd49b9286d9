/** People's own data: all that is held of them, and the end of their account. What the authorities are given. */
import { createRoute } from '@hono/zod-openapi';
import { SessionRef } from '@padelvar/shared/portal-api';
import {
  Disclosure,
  DisclosureRequest,
  LeavePlan,
  LeaveRequest,
  Left,
  OwnData,
} from '@padelvar/shared/privacy-api';
import { disclose } from '../privacy/disclose.ts';
import { collectOwnData } from '../privacy/own-data.ts';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['privacy'];
const security = LOGGED_IN;

const ownData = createRoute({
  method: 'get',
  path: '/api/privacy/data',
  tags,
  security,
  summary: 'All that the portal holds about the caller, to be saved as a file',
  responses: { 200: jsonAnswer(OwnData, 'The data'), ...problems(401, 403) },
});

const leavePlan = createRoute({
  method: 'get',
  path: '/api/privacy/account',
  tags,
  security,
  summary: 'What goes with the caller’s account',
  responses: { 200: jsonAnswer(LeavePlan, 'What goes'), ...problems(401) },
});

const leave = createRoute({
  method: 'post',
  path: '/api/privacy/account/delete',
  tags,
  security,
  summary: 'Delete the caller’s account and all of its videos, for everybody and for good',
  request: { body: jsonBody(LeaveRequest) },
  responses: { 200: jsonAnswer(Left, 'Gone'), ...problems(400, 401, 403, 409) },
});

const disclosure = createRoute({
  method: 'post',
  path: '/api/video/files/{sessionId}/disclosure',
  tags,
  security,
  summary:
    'A match for the authorities: its facts, its file for an hour, its log; written to the log with the reason',
  request: { params: SessionRef, body: jsonBody(DisclosureRequest) },
  responses: {
    200: jsonAnswer(Disclosure, 'What they are given'),
    ...problems(400, 401, 403, 404, 409, 410),
  },
});

export function privacyRoutes(services: Services) {
  const { auth, db, clock, audit, files, furtherVideos, gate, leaving } = services;
  const { origin } = services.settings;
  return createSection()
    .openapi(ownData, async (c) => {
      const caller = gate.requireOneself(c.get('caller'));
      const data = await collectOwnData(caller, { db, clock, logins: auth.logins, origin });
      await audit.record(caller, 'user.export', caller.userId);
      c.header('content-disposition', `attachment; filename="padelvar-${data.madeAt.slice(0, 10)}.json"`);
      return c.json(data, 200);
    })
    .openapi(leavePlan, async (c) => c.json(await leaving.plan(gate.requireOneself(c.get('caller'))), 200))
    .openapi(leave, async (c) => {
      const caller = gate.requireOneself(c.get('caller'));
      const videos = await leaving.leave(caller, c.req.valid('json').email);
      c.header('set-cookie', await auth.logout(caller));
      return c.json({ videos }, 200);
    })
    .openapi(disclosure, async (c) => {
      const { sessionId } = c.req.valid('param');
      await gate.requireSession(c.get('caller'), 'video.disclose', sessionId);
      const caller = gate.requireCaller(c.get('caller'));
      const given = await disclose(caller, sessionId, c.req.valid('json'), {
        db,
        clock,
        audit,
        files,
        furtherVideos,
        origin,
      });
      return c.json(given, 200);
    });
}
