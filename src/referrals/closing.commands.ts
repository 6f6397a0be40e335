import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';

/** Closes an active referral when every need is settled, no loan of it is open and no follow-up is ahead. */
export async function closeReferralWhenDone(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  referralId: string,
): Promise<void> {
  const { rows } = await sql<{ patientId: string }>`/* referral.close-when-done */
    update referral r set status = 'closed', changed_at = ${timestamp(deps.clock)}
    where r.id = ${referralId} and r.status = 'active'
      and not exists (select from referral_need n where n.referral_id = r.id and n.status = 'open')
      and not exists (select from loan l where l.referral_id = r.id and l.status = 'open')
      and not exists (select from follow_up f where f.referral_id = r.id and f.status in ('planned', 'confirmed'))
    returning r.patient_id as "patientId"`.execute(trx);
  if (!rows[0]) return;
  await recordEvent(trx, deps, ctx, {
    type: 'referral.closed',
    subjects: [
      ['referral', referralId],
      ['patient', rows[0].patientId],
    ],
    values: { from: 'active', to: 'closed' },
  });
}
