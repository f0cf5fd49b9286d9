/** What people set for themselves: the language of their mail, and what they are written about. */
import type { Locale } from '@padelvar/shared/locale';
import type { Db } from '../db/database.ts';

export interface AccountSettings {
  locale: Locale;
  mailWhenReady: boolean;
}

export async function findAccountSettings(db: Db, userId: string): Promise<AccountSettings> {
  const row = await db
    .selectFrom('account_setting')
    .selectAll()
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return { locale: row?.locale ?? 'en', mailWhenReady: row?.mail_when_ready === 1 };
}

export async function saveAccountSettings(
  db: Db,
  userId: string,
  changes: Partial<AccountSettings>,
): Promise<void> {
  const { locale, mailWhenReady } = { ...(await findAccountSettings(db, userId)), ...changes };
  const values = { locale, mail_when_ready: mailWhenReady ? 1 : 0 };
  await db
    .insertInto('account_setting')
    .values({ user_id: userId, ...values })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet(values))
    .execute();
}
