/**
 * The audit log: who did what to which object. Owns the `audit` table; decides nothing. May import `db` and `auth`
 * types only.
 */
import type { Caller } from '../auth/caller.ts';
import type { Guest } from '../auth/guest.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/database.ts';

type Person = Pick<Caller, 'userId' | 'impersonator'>;

export interface Audit {
  /**
   * Writes one line. `detail` must hold no secret. `who` is undefined for what the portal does by itself. What is done
   * while somebody sees the portal as another user is theirs, not that user's.
   */
  record(who: Person | Guest | undefined, action: string, object: string, detail?: object): Promise<void>;
  /** As `record`, but the same line once per {@link VIEW_WINDOW_MS}: a live picture is one view, another reason another. */
  recordView(caller: Person, action: string, object: string, detail?: object): Promise<void>;
}

const VIEW_WINDOW_MS = 10 * 60_000;

export function createAudit({ db, clock }: { db: Db; clock: Clock }): Audit {
  const record: Audit['record'] = async (who, action, object, detail = {}) => {
    await db
      .insertInto('audit')
      .values({
        at: clock.nowMs(),
        user_id: who === undefined ? null : idOf(who),
        action,
        object,
        detail: formatDetail(who, detail),
      })
      .execute();
  };
  const hasRecent: (...line: Parameters<Audit['recordView']>) => Promise<boolean> = async (
    caller,
    action,
    object,
    detail = {},
  ) => {
    const row = await db
      .selectFrom('audit')
      .select('id')
      .where('object', '=', object)
      .where('action', '=', action)
      .where('user_id', '=', idOf(caller))
      .where('detail', '=', formatDetail(caller, detail))
      .where('at', '>', clock.nowMs() - VIEW_WINDOW_MS)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  };
  return {
    record,
    async recordView(caller, action, object, detail = {}) {
      if (await hasRecent(caller, action, object, detail)) return;
      await record(caller, action, object, detail);
    },
  };
}

function idOf(who: Person | Guest): string {
  return 'guestId' in who ? who.guestId : (who.impersonator?.userId ?? who.userId);
}

function formatDetail(who: Person | Guest | undefined, detail: object): string {
  return JSON.stringify({ ...detail, ...seenAs(who) });
}

function seenAs(who: Person | Guest | undefined): { seenAs?: string } {
  const isAnother = who !== undefined && 'impersonator' in who && who.impersonator !== undefined;
  return isAnother ? { seenAs: who.userId } : {};
}
