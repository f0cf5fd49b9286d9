/** Recordings that a club plans: once, or each week. */
import { createRoute, z } from '@hono/zod-openapi';
import { ClubId } from '@padelvar/shared/ids';
import { PageQuery } from '@padelvar/shared/page';
import { Schedule, ScheduleCreate, ScheduleList, ScheduleRef } from '@padelvar/shared/schedule-api';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['schedules'];
const security = LOGGED_IN;
const club = z.object({ clubId: ClubId });

const list = createRoute({
  method: 'get',
  path: '/api/clubs/{clubId}/schedules',
  tags,
  security,
  summary: 'Planned recordings of a club',
  request: { params: club, query: PageQuery },
  responses: { 200: jsonAnswer(ScheduleList, 'A page of them'), ...problems(400, 401, 403, 404) },
});

const create = createRoute({
  method: 'post',
  path: '/api/clubs/{clubId}/schedules',
  tags,
  security,
  summary: 'Plan a recording, once or each week, by the clock on the club’s wall',
  request: { params: club, body: jsonBody(ScheduleCreate) },
  responses: { 201: jsonAnswer(Schedule, 'The plan'), ...problems(400, 401, 403, 404, 409) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/clubs/{clubId}/schedules/{scheduleId}',
  tags,
  security,
  summary: 'Give a plan up; a recording that runs goes on',
  request: { params: ScheduleRef },
  responses: { 204: { description: 'Given up' }, ...problems(400, 401, 403, 404) },
});

export function scheduleRoutes({ schedules, clubs, gate }: Services) {
  return createSection()
    .openapi(list, async (c) => {
      const { clubId } = c.req.valid('param');
      await gate.requireClub(c.get('caller'), 'schedule.read', clubId);
      return c.json(await schedules.list(clubId, c.req.valid('query')), 200);
    })
    .openapi(create, async (c) => {
      const found = await gate.requireClub(c.get('caller'), 'club.write', c.req.valid('param').clubId);
      const input = c.req.valid('json');
      await clubs.planMinutes(found.id, input.durationMinutes);
      return c.json(await schedules.create(gate.requireCaller(c.get('caller')), found, input), 201);
    })
    .openapi(remove, async (c) => {
      const { clubId, scheduleId } = c.req.valid('param');
      await gate.requireClub(c.get('caller'), 'club.write', clubId);
      await schedules.delete(gate.requireCaller(c.get('caller')), clubId, scheduleId);
      return c.body(null, 204);
    });
}
