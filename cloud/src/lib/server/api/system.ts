/** The portal's own state, and the clean-up of forgotten sessions. */
import { createRoute } from '@hono/zod-openapi';
import { CleanupResponse, Health } from '@padelvar/shared/portal-api';
import type { Caller } from '../auth/caller.ts';
import { createSection, jsonAnswer, LOGGED_IN, problems } from './describe.ts';
import { readHealth } from './health.ts';
import type { Services } from './services.ts';

const tags = ['system'];

const health = createRoute({
  method: 'get',
  path: '/api/video/health',
  tags,
  summary:
    'Whether each part works now; devices and recordings are counted as far as the caller may see them',
  responses: { 200: jsonAnswer(Health, 'Working'), 503: jsonAnswer(Health, 'A part does not work') },
});

const cleanup = createRoute({
  method: 'post',
  path: '/api/video/cleanup',
  tags,
  security: LOGGED_IN,
  summary: 'Close sessions that were opened and forgotten',
  responses: { 200: jsonAnswer(CleanupResponse, 'What was closed'), ...problems(401, 403) },
});

export function systemRoutes(services: Services) {
  const { gate, sessions, audit } = services;
  return createSection()
    .openapi(health, async (c) => {
      const found = await readHealth(services, c.get('caller'));
      return c.json(found, found.status === 'ok' ? 200 : 503);
    })
    .openapi(cleanup, async (c) => {
      const caller = gate.requireGlobal(c.get('caller'), 'cleanup');
      const closed = await sessions.cleanup(clubsToClean(caller));
      await audit.record(caller, 'cleanup', 'sessions', { closed });
      return c.json({ closed }, 200);
    });
}

/** Undefined: all clubs. */
function clubsToClean(caller: Caller): readonly string[] | undefined {
  return caller.role === 'CLUB_ADMIN' ? caller.clubIds : undefined;
}
