/** The client's part about what is set for the whole portal. For `api.ts` to compose. */
import type { PortalFacts, PortalSettings, PortalSettingsUpdate } from '@padelvar/shared/settings-api';
import type { z } from 'zod';
import type { RequestOptions } from './request.ts';

type Call = <Answer>(path: string, options?: RequestOptions) => Promise<Answer>;

export function portalSettings(call: Call) {
  return {
    portal: () => call<PortalFacts>('/api/portal'),
    settings: () => call<PortalSettings>('/api/admin/settings'),
    changeSettings: (json: z.input<typeof PortalSettingsUpdate>) =>
      call<PortalSettings>('/api/admin/settings', { method: 'PATCH', json }),
  };
}
