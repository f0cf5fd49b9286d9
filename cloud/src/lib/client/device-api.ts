/** The client's part for whoever looks after mini-PCs from afar. For `api.ts` to compose. */
import type { DeviceLogs, Diagnostics, RestartAnswer } from '@padelvar/shared/device-answers';
import type { Device, LogsRequest, RestartRequest } from '@padelvar/shared/portal-api';
import type { z } from 'zod';
import type { RequestOptions } from './request.ts';

type Call = <Answer>(path: string, options?: RequestOptions) => Promise<Answer>;

/** All but the first ask the device itself: `device_offline` at once, `timeout` where it does not answer within 10 s. */
export function deviceCare(call: Call) {
  const ask = <Answer>(deviceId: string, what: string, json: unknown) =>
    call<Answer>(`/api/admin/devices/${deviceId}/${what}`, { method: 'POST', json });
  return {
    device: (deviceId: string) => call<Device>(`/api/admin/devices/${deviceId}`),
    /** `not_found` where the court or session has no FFmpeg log on it. */
    deviceLogs: (deviceId: string, json: z.input<typeof LogsRequest>) =>
      ask<DeviceLogs>(deviceId, 'logs', json),
    /** Its program ends and is started again. */
    restartDevice: (deviceId: string, json: z.input<typeof RestartRequest>) =>
      ask<RestartAnswer>(deviceId, 'restart', json),
    diagnoseDevice: (deviceId: string) => ask<Diagnostics>(deviceId, 'diagnostics', {}),
  };
}
