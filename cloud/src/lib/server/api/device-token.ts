/** The door for devices: a bearer token of the device's own. A person's login opens nothing here. */
import { AppError } from '@padelvar/shared/errors';
import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from './env.ts';
import type { Services } from './services.ts';

/** For `security` of a described route. */
export const DEVICE_TOKEN = [{ device: [] }];

/** Lets devices through and says which: `c.get('deviceId')`. Others are `unauthenticated`. */
export function requireDevice({ devices }: Pick<Services, 'devices'>) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const [, token] = /^bearer (\S+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    const credential = token === undefined ? undefined : await devices.verifyToken(token);
    if (credential === undefined) throw new AppError('unauthenticated', 'expected a valid device token');
    c.set('deviceId', credential.deviceId);
    await next();
  });
}
