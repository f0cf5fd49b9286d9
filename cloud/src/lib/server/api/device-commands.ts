/** What support asks of a device while it is online: its logs, how it is, to start anew. Each is in the audit log. */
import { createRoute, z } from '@hono/zod-openapi';
import { DeviceLogs, Diagnostics, RestartAnswer } from '@padelvar/shared/device-answers';
import { DeviceId } from '@padelvar/shared/ids';
import type { Reply } from '@padelvar/shared/link';
import { LogsRequest, RestartRequest } from '@padelvar/shared/portal-api';
import type { Caller } from '../auth/caller.ts';
import { askDevice } from '../devices/ask-device.ts';
import type { CommandAction } from '../devices/commands.ts';
import { createSection, jsonAnswer, jsonBody, LOGGED_IN, problems } from './describe.ts';
import type { Services } from './services.ts';

const tags = ['admin'];
const security = LOGGED_IN;
const params = z.object({ deviceId: DeviceId });

const logs = createRoute({
  method: 'post',
  path: '/api/admin/devices/{deviceId}/logs',
  tags,
  security,
  summary:
    'The last lines of a device’s own log, and of the FFmpeg log of a session or court; addresses, passwords and tokens are masked on the device',
  request: { params, body: jsonBody(LogsRequest) },
  responses: {
    200: jsonAnswer(DeviceLogs, 'The lines, oldest first'),
    ...problems(400, 401, 403, 404, 409, 504),
  },
});

const restart = createRoute({
  method: 'post',
  path: '/api/admin/devices/{deviceId}/restart',
  tags,
  security,
  summary:
    'Start the program of a device anew; recordings of RTSP cameras lose nothing, those of other cameras some seconds, and for them it must be agreed to',
  request: { params, body: jsonBody(RestartRequest) },
  responses: {
    200: jsonAnswer(RestartAnswer, 'Whether it begins, and which courts’ recordings it interrupts'),
    ...problems(400, 401, 403, 404, 409, 504),
  },
});

const diagnostics = createRoute({
  method: 'post',
  path: '/api/admin/devices/{deviceId}/diagnostics',
  tags,
  security,
  summary: 'How a device is now: versions, uptime, disk, clock, courts, uploads, line',
  request: { params },
  responses: {
    200: jsonAnswer(Diagnostics, 'As the device says it'),
    ...problems(400, 401, 403, 404, 409, 504),
  },
});

export function deviceCommandRoutes({ audit, devices, gate }: Services) {
  /** Who may ask is asked, and written down before the device is. */
  async function ask<T>(
    caller: Caller | undefined,
    deviceId: string,
    action: Extract<CommandAction, { type: 'logs' | 'restart' | 'diagnostics' }>,
    take: (reply: Reply) => T | undefined,
  ): Promise<T> {
    await gate.requireDevice(caller, 'device.command', deviceId);
    const { type, ...asked } = action;
    await audit.record(gate.requireCaller(caller), `device.${type}`, deviceId, asked);
    return askDevice(devices, deviceId, action, take);
  }
  return createSection()
    .openapi(logs, async (c) => {
      const { deviceId } = c.req.valid('param');
      const action = { type: 'logs' as const, ...c.req.valid('json') };
      return c.json(await ask(c.get('caller'), deviceId, action, (reply) => reply.logs), 200);
    })
    .openapi(restart, async (c) => {
      const { deviceId } = c.req.valid('param');
      const action = { type: 'restart' as const, ...c.req.valid('json') };
      return c.json(await ask(c.get('caller'), deviceId, action, (reply) => reply.restart), 200);
    })
    .openapi(diagnostics, async (c) => {
      const { deviceId } = c.req.valid('param');
      const action = { type: 'diagnostics' as const };
      return c.json(await ask(c.get('caller'), deviceId, action, (reply) => reply.diagnostics), 200);
    });
}
