/** What a club records and what it takes; who did what in the whole portal. */
import { createRoute, z } from '@hono/zod-openapi';
import { AuditList, AuditQuery, Statistics, StatisticsQuery, StorageUse } from '@padelvar/shared/club-api';
import { ClubId } from '@padelvar/shared/ids';
import { listAudit } from '../audit/list-audit.ts';
import { createSection, jsonAnswer, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const security = LOGGED_IN;
const params = z.object({ clubId: ClubId });

const storage = createRoute({
  method: 'get',
  path: '/api/clubs/{clubId}/storage',
  tags: ['clubs'],
  security,
  summary: 'What the club’s videos take in the store',
  request: { params },
  responses: { 200: jsonAnswer(StorageUse, 'What they take'), ...problems(400, 401, 403, 404) },
});

const statistics = createRoute({
  method: 'get',
  path: '/api/clubs/{clubId}/statistics',
  tags: ['clubs'],
  security,
  summary: 'Recordings, minutes and failures per day and court',
  request: { params, query: StatisticsQuery },
  responses: { 200: jsonAnswer(Statistics, 'The last days up to today'), ...problems(400, 401, 403, 404) },
});

const audit = createRoute({
  method: 'get',
  path: '/api/admin/audit',
  tags: ['admin'],
  security,
  summary: 'Who did what, newest first',
  request: { query: AuditQuery },
  responses: { 200: jsonAnswer(AuditList, 'A page of the log'), ...problems(400, 401, 403) },
});

export function numberRoutes({ clubNumbers, gate, db }: Services) {
  return createSection()
    .openapi(storage, async (c) => {
      const { clubId } = c.req.valid('param');
      await gate.requireClub(c.get('caller'), 'club.numbers', clubId);
      return c.json(await clubNumbers.storage(clubId), 200);
    })
    .openapi(statistics, async (c) => {
      const club = await gate.requireClub(c.get('caller'), 'club.numbers', c.req.valid('param').clubId);
      return c.json(await clubNumbers.statistics(club, c.req.valid('query').days), 200);
    })
    .openapi(audit, async (c) => {
      gate.requireGlobal(c.get('caller'), 'audit.read');
      return c.json(await listAudit(db, c.req.valid('query')), 200);
    });
}
