/** Who looked at a club's courts and videos: for whoever runs it. */
import { createRoute, z } from '@hono/zod-openapi';
import { ClubLog } from '@padelvar/shared/club-api';
import { ClubId } from '@padelvar/shared/ids';
import { PageQuery } from '@padelvar/shared/page';
import { listClubLog } from '../audit/list-club-log.ts';
import { createSection, jsonAnswer, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const list = createRoute({
  method: 'get',
  path: '/api/clubs/{clubId}/log',
  tags: ['clubs'],
  security: LOGGED_IN,
  summary:
    'Who looked at courts and videos of this club without being in the match, when and why; newest first',
  request: { params: z.object({ clubId: ClubId }), query: PageQuery },
  responses: { 200: jsonAnswer(ClubLog, 'A page of the log'), ...problems(400, 401, 403, 404) },
});

export function clubLogRoutes({ db, gate }: Services) {
  return createSection().openapi(list, async (c) => {
    const { clubId } = c.req.valid('param');
    await gate.requireClub(c.get('caller'), 'club.log', clubId);
    return c.json(await listClubLog(db, clubId, c.req.valid('query')), 200);
  });
}
