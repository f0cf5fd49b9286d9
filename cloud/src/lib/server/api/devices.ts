/** Devices as people see them. What devices say for themselves is `edge.ts`. */
import { createRoute, z } from '@hono/zod-openapi';
import { DeviceId } from '@padelvar/shared/ids';
import { PageQuery } from '@padelvar/shared/page';
import { Device, DeviceList, Enrollment, EnrollmentCreate } from '@padelvar/shared/portal-api';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['admin'];
const security = LOGGED_IN;

const list = createRoute({
  method: 'get',
  path: '/api/admin/devices',
  tags,
  security,
  summary: 'Devices that the caller may see',
  request: { query: PageQuery },
  responses: { 200: jsonAnswer(DeviceList, 'Devices by club and name'), ...problems(400, 401, 403) },
});

const one = createRoute({
  method: 'get',
  path: '/api/admin/devices/{deviceId}',
  tags,
  security,
  summary: 'One device',
  request: { params: z.object({ deviceId: DeviceId }) },
  responses: { 200: jsonAnswer(Device, 'The device'), ...problems(400, 401, 403, 404) },
});

const enroll = createRoute({
  method: 'post',
  path: '/api/admin/devices/enrollments',
  tags,
  security,
  summary: 'A single-use token for a new mini-PC, shown this once',
  request: { body: jsonBody(EnrollmentCreate) },
  responses: { 201: jsonAnswer(Enrollment, 'The token'), ...problems(400, 401, 403, 404) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/admin/devices/{deviceId}',
  tags,
  security,
  summary: 'Take a device away: it is not known any more',
  request: { params: z.object({ deviceId: DeviceId }) },
  responses: { 204: { description: 'Taken away' }, ...problems(400, 401, 403, 404) },
});

export function deviceRoutes({ devices, deviceAdmin, gate, audit }: Services) {
  return createSection()
    .openapi(list, async (c) => {
      const caller = gate.requireGlobal(c.get('caller'), 'device.status');
      return c.json(await deviceAdmin.list(caller, c.req.valid('query')), 200);
    })
    .openapi(one, async (c) => {
      const { deviceId } = c.req.valid('param');
      const row = await gate.requireDevice(c.get('caller'), 'device.status', deviceId);
      return c.json(await deviceAdmin.view(row), 200);
    })
    .openapi(enroll, async (c) => {
      const input = c.req.valid('json');
      await gate.requireClub(c.get('caller'), 'device.enroll', input.clubId);
      const { token, expiresAtMs } = await devices.createEnrollment(input);
      await audit.record(gate.requireCaller(c.get('caller')), 'device.enroll', input.clubId, {
        name: input.name,
      });
      return c.json({ token, expiresAt: new Date(expiresAtMs).toISOString() }, 201);
    })
    .openapi(remove, async (c) => {
      const { deviceId } = c.req.valid('param');
      await gate.requireDevice(c.get('caller'), 'device.delete', deviceId);
      await deviceAdmin.remove(gate.requireCaller(c.get('caller')), deviceId);
      return c.body(null, 204);
    });
}
