/** Clubs. A club's videos are never orphaned: a club that has any can't be deleted. */
import { createRoute, z } from '@hono/zod-openapi';
import { ClubId } from '@padelvar/shared/ids';
import { PageQuery } from '@padelvar/shared/page';
import { Club, ClubCreate, ClubList, ClubUpdate } from '@padelvar/shared/portal-api';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['clubs'];
const security = LOGGED_IN;
const params = z.object({ clubId: ClubId });

const list = createRoute({
  method: 'get',
  path: '/api/clubs',
  tags,
  security,
  summary: 'Clubs that the caller may see',
  request: { query: PageQuery },
  responses: { 200: jsonAnswer(ClubList, 'Clubs by name'), ...problems(400, 401) },
});

const create = createRoute({
  method: 'post',
  path: '/api/clubs',
  tags,
  security,
  summary: 'Make a club',
  request: { body: jsonBody(ClubCreate) },
  responses: { 201: jsonAnswer(Club, 'The club'), ...problems(400, 401, 403, 409) },
});

const update = createRoute({
  method: 'patch',
  path: '/api/clubs/{clubId}',
  tags,
  security,
  summary: 'Change name or time zone of a club',
  request: { params, body: jsonBody(ClubUpdate) },
  responses: { 200: jsonAnswer(Club, 'The club'), ...problems(400, 401, 403, 404) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/clubs/{clubId}',
  tags,
  security,
  summary: 'Delete a club that has no mini-PCs, no videos, no kept clips and no open session',
  request: { params },
  responses: { 204: { description: 'Deleted' }, ...problems(400, 401, 403, 404, 409) },
});

export function clubRoutes({ clubs, schedules, gate }: Services) {
  return createSection()
    .openapi(list, async (c) => {
      const caller = gate.requireGlobal(c.get('caller'), 'club.read');
      return c.json(await clubs.list(caller, c.req.valid('query')), 200);
    })
    .openapi(create, async (c) => {
      const caller = gate.requireGlobal(c.get('caller'), 'club.create');
      return c.json(await clubs.create(caller, c.req.valid('json')), 201);
    })
    .openapi(update, async (c) => {
      const { clubId } = c.req.valid('param');
      const before = await gate.requireClub(c.get('caller'), 'club.write', clubId);
      const caller = gate.requireCaller(c.get('caller'));
      const updated = await clubs.update(caller, clubId, c.req.valid('json'));
      if (updated.timeZone !== before.time_zone) await schedules.replan(clubId);
      return c.json(updated, 200);
    })
    .openapi(remove, async (c) => {
      const { clubId } = c.req.valid('param');
      await gate.requireClub(c.get('caller'), 'club.delete', clubId);
      await clubs.delete(gate.requireCaller(c.get('caller')), clubId);
      return c.body(null, 204);
    });
}
