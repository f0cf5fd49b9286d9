/** HTTPS to the portal with the device's token, which renews itself; a token that is refused is replaced once. */
import { AppError } from '@padelvar/shared/errors';
import type { DeviceToken } from './device-token.ts';
import { fetchPortal, type PortalRequest } from './portal-fetch.ts';

export interface PortalClient {
  readonly origin: string;
  /** `path` is relative to the portal's origin. Throws `timeout` where it can't be reached, else the problem it names. */
  request(path: string, init?: PortalRequest): Promise<Response>;
}

export function createPortalClient(origin: string, deviceToken: DeviceToken): PortalClient {
  const attempt = async (path: string, init: PortalRequest): Promise<Response> => {
    const { token } = await deviceToken.get();
    try {
      const headers = { ...init.headers, authorization: `Bearer ${token}` };
      return await fetchPortal(origin, path, { ...init, headers });
    } catch (error) {
      if (isRefused(error)) deviceToken.discard(token);
      throw error;
    }
  };
  return {
    origin,
    async request(path, init = {}) {
      try {
        return await attempt(path, init);
      } catch (error) {
        if (!isRefused(error)) throw error;
        return attempt(path, init);
      }
    },
  };
}

function isRefused(error: unknown): boolean {
  return error instanceof AppError && error.kind === 'unauthenticated';
}
