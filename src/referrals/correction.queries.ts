import type { Reader } from '../shared/database.ts';
import { col } from '../shared/rows.ts';
import { one } from '../shared/statements.ts';
import { type Need, needs } from './referral.rules.ts';

/** What the clinic asked for, whatever became of it. */
export async function askedNeeds(db: Reader, referralId: string): Promise<Need[]> {
  const row = await one(db, 'referral.asked-needs', { asked: col.listOf(col.oneOf(needs)) })`
    select array(select need from referral_need where referral_id = ${referralId} and asked
      order by array_position(array['device','data','support'], need)) as asked`;
  return row.asked;
}
