/** The client's part about what is set and stored for the whole portal. For `api.ts` to compose. */
import type { StorageReport, StorageStatus } from '@padelvar/shared/portal-api';
import type { PortalFacts, PortalSettings, PortalSettingsUpdate } from '@padelvar/shared/settings-api';
import type { z } from 'zod';
import type { RequestOptions } from './request.ts';

type Call = <Answer>(path: string, options?: RequestOptions) => Promise<Answer>;

export function portalSettings(call: Call) {
  return {
    portal: () => call<PortalFacts>('/api/portal'),
    /** The store of movies, and how its last comparison with the library went. */
    storage: () => call<z.infer<typeof StorageStatus>>('/api/admin/storage'),
    /** Compares now; nothing is deleted. */
    compareStorage: () => call<StorageReport>('/api/admin/storage/compare', { method: 'POST' }),
    settings: () => call<PortalSettings>('/api/admin/settings'),
    changeSettings: (json: z.input<typeof PortalSettingsUpdate>) =>
      call<PortalSettings>('/api/admin/settings', { method: 'PATCH', json }),
  };
}
