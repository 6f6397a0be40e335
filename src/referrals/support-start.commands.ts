import { sql } from 'kysely';
import { today } from '../shared/clock.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { beginPlan } from '../support/patient-plan.commands.ts';

/** Begins support without a loan: the follow-ups of the plan for it are made from today on, and the need is met. */
export async function startSupport(
  trx: Trx,
  deps: Deps,
  referral: { referralId: string; patientId: string },
  at: string,
): Promise<void> {
  const { rows } = await sql<{ versionId: string }>`/* support-plan.for-support */
    select v.id as "versionId" from support_plan p join support_plan_version v on v.plan_id = p.id
    where p.for_support order by v.version desc limit 1`.execute(trx);
  const { patientId, referralId } = referral;
  if (rows[0]) await beginPlan(trx, deps, { patientId, referralId, ...rows[0], from: today(deps.clock) });
  await sql`
    update referral_need set status = 'met', settled_at = ${at}
    where referral_id = ${referral.referralId} and need = 'support' and status = 'open'`.execute(trx);
}
