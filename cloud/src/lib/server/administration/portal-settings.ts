/**
 * The portal's own settings, changed while it runs. Owns the table `portal_setting`; what must be known before the
 * portal starts is `settings.ts`. May import `db`, `audit`.
 */
import { PortalSettings, type PortalSettingsUpdate } from '@padelvar/shared/settings-api';
import type { z } from 'zod';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../auth/caller.ts';
import type { Db } from '../db/database.ts';

export interface PortalSettingStore {
  get(): Promise<PortalSettings>;
  change(caller: Caller, changes: z.output<typeof PortalSettingsUpdate>): Promise<PortalSettings>;
}

const DEFAULTS: PortalSettings = {
  registrationOpen: true,
  defaultRetentionDays: null,
  defaultLanguage: 'en',
  legalContact: '',
};

export function createPortalSettings({ db, audit }: { db: Db; audit: Audit }): PortalSettingStore {
  const get = async (): Promise<PortalSettings> => {
    const rows = await db.selectFrom('portal_setting').selectAll().execute();
    const set = rows.map(({ name, value }) => [name, JSON.parse(value) as unknown]);
    return PortalSettings.parse({ ...DEFAULTS, ...Object.fromEntries(set) });
  };
  return {
    get,
    async change(caller, changes) {
      const given = Object.entries(changes).filter(([, value]) => value !== undefined);
      for (const [name, value] of given) {
        const row = { value: JSON.stringify(value) };
        await db
          .insertInto('portal_setting')
          .values({ name, ...row })
          .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
          .execute();
      }
      if (given.length > 0)
        await audit.record(caller, 'portal.settings', 'portal', Object.fromEntries(given));
      return get();
    },
  };
}
