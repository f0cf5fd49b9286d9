/** An administrator of no club is a player: as such they see their own matches, and are taken by other clubs. */
import type { Db } from '../db/database.ts';

/** For those who have just lost a club; who still has one stays what they are. */
export async function endAdministration(trx: Db, userIds: readonly string[]): Promise<void> {
  await trx
    .updateTable('user')
    .set({ role: 'PLAYER' })
    .where('id', 'in', userIds)
    .where('role', '=', 'CLUB_ADMIN')
    .where('id', 'not in', (eb) => eb.selectFrom('club_member').select('user_id'))
    .execute();
}
