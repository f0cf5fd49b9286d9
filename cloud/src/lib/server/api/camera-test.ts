/** A picture of a camera before it is stored. */
import { createRoute, z } from '@hono/zod-openapi';
import { ClubId } from '@padelvar/shared/ids';
import { CameraTest } from '@padelvar/shared/link';
import { CameraTestRequest } from '@padelvar/shared/portal-api';
import { testCamera } from '../clubs/camera-test.ts';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const look = createRoute({
  method: 'post',
  path: '/api/clubs/{clubId}/camera-test',
  tags: ['courts'],
  security: LOGGED_IN,
  summary:
    'What a camera is, and one picture of it; its address is tried by the club’s device and stored nowhere',
  request: { params: z.object({ clubId: ClubId }), body: jsonBody(CameraTestRequest) },
  responses: {
    200: jsonAnswer(CameraTest, 'The camera'),
    ...problems(400, 401, 403, 404, 409, 422, 504),
  },
});

export function cameraTestRoutes({ audit, db, devices, gate }: Services) {
  return createSection().openapi(look, async (c) => {
    const { clubId } = c.req.valid('param');
    await gate.requireClub(c.get('caller'), 'court.write', clubId);
    const request = c.req.valid('json');
    await audit.record(gate.requireCaller(c.get('caller')), 'camera.test', request.courtId);
    return c.json(await testCamera(clubId, request, { db, devices }), 200);
  });
}
