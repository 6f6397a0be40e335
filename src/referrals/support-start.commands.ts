import { sql } from 'kysely';
import { today } from '../shared/clock.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { insertFollowUps } from '../support/follow-up.commands.ts';

/** Begins support without a loan: the follow-ups of the default plan are made from today on, and the need is met. */
export async function startSupport(
  trx: Trx,
  deps: Deps,
  referral: { referralId: string; patientId: string },
  at: string,
): Promise<void> {
  const plan = await trx
    .selectFrom('support_plan')
    .select('id')
    .where('is_default', '=', true)
    .executeTakeFirst();
  if (plan) await insertFollowUps(trx, deps, { ...referral, planId: plan.id, from: today(deps.clock) });
  await sql`
    update referral_need set status = 'met', settled_at = ${at}
    where referral_id = ${referral.referralId} and need = 'support' and status = 'open'`.execute(trx);
}
