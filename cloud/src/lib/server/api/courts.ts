/** Courts and their cameras. An address goes in and never comes out. */
import { createRoute, z } from '@hono/zod-openapi';
import { ClubId, CourtId } from '@padelvar/shared/ids';
import { PageQuery } from '@padelvar/shared/page';
import { Court, CourtCreate, CourtList, CourtUpdate } from '@padelvar/shared/portal-api';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['courts'];
const security = LOGGED_IN;
const params = z.object({ courtId: CourtId });

const list = createRoute({
  method: 'get',
  path: '/api/courts',
  tags,
  security,
  summary: 'Courts of one club, or of all that the caller may see',
  request: { query: PageQuery.extend({ clubId: ClubId.optional() }) },
  responses: {
    200: jsonAnswer(CourtList, 'Courts by club and name'),
    ...problems(400, 401, 403, 404),
  },
});

const listOfClub = createRoute({
  method: 'get',
  path: '/api/clubs/{clubId}/courts',
  tags,
  security,
  summary: 'Courts of a club',
  request: { params: z.object({ clubId: ClubId }), query: PageQuery },
  responses: {
    200: jsonAnswer(CourtList, 'Courts by name'),
    ...problems(400, 401, 403, 404),
  },
});

const create = createRoute({
  method: 'post',
  path: '/api/clubs/{clubId}/courts',
  tags,
  security,
  summary: 'Make a court; its camera needs an enrolled device',
  request: { params: z.object({ clubId: ClubId }), body: jsonBody(CourtCreate) },
  responses: { 201: jsonAnswer(Court, 'The court'), ...problems(400, 401, 403, 404, 409) },
});

const update = createRoute({
  method: 'patch',
  path: '/api/courts/{courtId}',
  tags,
  security,
  summary: 'Change name, device or camera of a court',
  request: { params, body: jsonBody(CourtUpdate) },
  responses: { 200: jsonAnswer(Court, 'The court'), ...problems(400, 401, 403, 404, 409) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/courts/{courtId}',
  tags,
  security,
  summary: 'Delete a court without an open session; its videos stay',
  request: { params },
  responses: { 204: { description: 'Deleted' }, ...problems(400, 401, 403, 404, 409) },
});

export function courtRoutes({ courts, gate }: Services) {
  return createSection()
    .openapi(list, async (c) => {
      const { clubId, ...page } = c.req.valid('query');
      const caller = gate.requireGlobal(c.get('caller'), 'court.read');
      if (clubId !== undefined) await gate.requireClub(caller, 'court.read', clubId);
      return c.json(await courts.list(caller, page, clubId), 200);
    })
    .openapi(listOfClub, async (c) => {
      const { clubId } = c.req.valid('param');
      const caller = gate.requireGlobal(c.get('caller'), 'court.read');
      await gate.requireClub(caller, 'court.read', clubId);
      return c.json(await courts.list(caller, c.req.valid('query'), clubId), 200);
    })
    .openapi(create, async (c) => {
      const { clubId } = c.req.valid('param');
      await gate.requireClub(c.get('caller'), 'court.write', clubId);
      const caller = gate.requireCaller(c.get('caller'));
      return c.json(await courts.create(caller, clubId, c.req.valid('json')), 201);
    })
    .openapi(update, async (c) => {
      const { courtId } = c.req.valid('param');
      const court = await gate.requireCourt(c.get('caller'), 'court.write', courtId);
      const caller = gate.requireCaller(c.get('caller'));
      return c.json(await courts.update(caller, court, c.req.valid('json')), 200);
    })
    .openapi(remove, async (c) => {
      const { courtId } = c.req.valid('param');
      const court = await gate.requireCourt(c.get('caller'), 'court.write', courtId);
      await courts.delete(gate.requireCaller(c.get('caller')), court);
      return c.body(null, 204);
    });
}
