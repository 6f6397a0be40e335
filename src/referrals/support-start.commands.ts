import { systemContext } from '../shared/actor.ts';
import { newId } from '../shared/ids.ts';
import { col } from '../shared/rows.ts';
import { maybe, run } from '../shared/statements.ts';
import { type Work, workIn } from '../shared/work.ts';
import { beginPlan } from '../support/patient-plan.commands.ts';

/** Begins support without a loan: the follow-ups of the plan for it are made from today on, and the need is met. */
export async function startSupport(
  work: Work,
  referral: { referralId: string; patientId: string },
  at: string,
): Promise<void> {
  const row = await maybe(work.trx, 'support-plan.for-support', { versionId: col.text })`
    select v.id as "versionId" from support_plan p join support_plan_version v on v.plan_id = p.id
    where p.for_support order by v.version desc limit 1`;
  const { patientId, referralId } = referral;
  if (row)
    await beginPlan(workIn(work.trx, work.deps, systemContext(newId())), {
      patientId,
      referralId,
      ...row,
      from: work.today,
    });
  await run(work.trx, 'support-start.start-support')`
    update referral_need set status = 'met', settled_at = ${at}
    where referral_id = ${referral.referralId} and need = 'support' and status = 'open'`;
}
