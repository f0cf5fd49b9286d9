/** Links that go out by mail: 192 random bits, kept as their hash, each good once until its end. */
import { createHash, randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';
import type { MailTokenTable } from '../db/tables.ts';

type Purpose = MailTokenTable['purpose'];
type Row = Selectable<MailTokenTable>;

export interface MailTokens {
  /** Answers with the token, which nobody learns again. */
  issue(purpose: Purpose, about: Omit<Row, 'token_hash' | 'purpose' | 'expires_at'>): Promise<string>;
  /** Uses the token up; undefined where it is none for this, was used or has ended. */
  take(token: string, purposes: readonly Purpose[]): Promise<Row | undefined>;
  /** Links of this kind that are still on their way lead nowhere. */
  revoke(userId: string, purposes: readonly Purpose[]): Promise<void>;
}

const MINUTE_MS = 60_000;
export const MAIL_TOKEN_LIFE_MS: Record<Purpose, number> = {
  login: 15 * MINUTE_MS,
  reset: 60 * MINUTE_MS,
  verify: 3 * 24 * 60 * MINUTE_MS,
  address: 24 * 60 * MINUTE_MS,
};

export function createMailTokens({ db, clock }: { db: Db; clock: Clock }): MailTokens {
  return {
    async issue(purpose, about) {
      const token = randomBytes(24).toString('base64url');
      const expiresAt = clock.nowMs() + MAIL_TOKEN_LIFE_MS[purpose];
      const row = { ...about, token_hash: hashOf(token), purpose, expires_at: expiresAt };
      await db.insertInto('mail_token').values(row).execute();
      return token;
    },
    take: (token, purposes) =>
      db
        .deleteFrom('mail_token')
        .where('token_hash', '=', hashOf(token))
        .where('purpose', 'in', purposes)
        .where('expires_at', '>', clock.nowMs())
        .returningAll()
        .executeTakeFirst(),
    async revoke(userId, purposes) {
      await db
        .deleteFrom('mail_token')
        .where('user_id', '=', userId)
        .where('purpose', 'in', purposes)
        .execute();
    },
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
