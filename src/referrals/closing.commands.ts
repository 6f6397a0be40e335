import { sql } from 'kysely';
import type { Trx } from '../shared/database.ts';

/** Closes an active referral when every need is settled, no loan of it is open and no follow-up is ahead. */
export async function closeReferralWhenDone(trx: Trx, referralId: string, at: string): Promise<void> {
  await sql`/* referral.close-when-done */
    update referral r set status = 'closed', changed_at = ${at}
    where r.id = ${referralId} and r.status = 'active'
      and not exists (select from referral_need n where n.referral_id = r.id and n.status = 'open')
      and not exists (select from loan l where l.referral_id = r.id and l.status = 'open')
      and not exists (select from follow_up f where f.referral_id = r.id and f.status in ('planned', 'confirmed'))`.execute(
    trx,
  );
}
