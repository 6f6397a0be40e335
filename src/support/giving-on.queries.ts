import type { Reader } from '../shared/database.ts';
import { col } from '../shared/rows.ts';
import { one } from '../shared/statements.ts';
import { isToCome } from './drop-in.queries.ts';
import { isAhead } from './follow-up.states.ts';

/** How many follow-ups that are ahead, and drop-ins from a civil date on, a member of staff has. */
export async function countSupportOf(
  db: Reader,
  staffId: string,
  today: string,
): Promise<{ followUps: number; dropIns: number }> {
  return one(db, 'support.count-of-staff', { followUps: col.number, dropIns: col.number })`
    select (select count(*)::int from follow_up f where f.supporter_id = ${staffId} and ${isAhead('f')}) as "followUps",
      (select count(*)::int from drop_in d where d.supporter_id = ${staffId} and ${isToCome(today)}) as "dropIns"`;
}
