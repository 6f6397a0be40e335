import { needStatuses } from '../../referrals/need.rules.ts';
import type { Reader } from '../../shared/database.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { each, one } from '../../shared/statements.ts';
import { isAhead } from '../../support/follow-up.states.ts';
import { planOfIssue } from '../../support/plan.queries.ts';

export const IssueTerms = {
  /** Whether follow-ups of the referral are ahead already; no other plan begins then. */
  isPlanned: col.boolean,
  /** The need for support, with the reason where one was given; null when it was never asked for. */
  support: col.orNull(col.object({ status: col.oneOf(needStatuses), reason: col.orNull(col.text) })),
  /** The support plan that usually starts with the loan, its steps on their dates; null for none. */
  plan: col.orNull(
    col.object({
      name: col.text,
      steps: col.listOf(
        col.object({
          step: col.text,
          dueOn: col.orNull(col.text),
          days: col.number,
          way: col.text,
          minutes: col.number,
        }),
      ),
    }),
  ),
};
export type IssueTerms = RowOf<typeof IssueTerms>;

/** The support plan that a loan for a referral usually gets with this kit, counted from the civil date of the handover. */
export async function issueTerms(
  db: Reader,
  referralId: string,
  kitId: string | null,
  handoverOn: string,
): Promise<IssueTerms> {
  return one(db, each('issue-terms.issue-terms'), IssueTerms)`
    select exists (select from follow_up f where f.referral_id = ${referralId} and ${isAhead('f')}) as "isPlanned",
      (select json_build_object('status', n.status, 'reason', n.reason) from referral_need n
        where n.referral_id = ${referralId} and n.need = 'support') as support,
      (select json_build_object('name', p.name, 'steps', (
          select json_agg(json_build_object('step', s.step, 'way', s.way, 'minutes', s.minutes,
            'dueOn', case when s.counted_from = 'start' then working_day_from(${handoverOn}::date + s.days) end, 'days', s.days) order by s.position)
          from support_plan_step s where s.version_id = (
            select v.id from support_plan_version v where v.plan_id = p.id order by v.version desc limit 1)))
        from support_plan p where p.id = ${planOfIssue({ kitId, termsId: null, referralId })}) as plan`;
}
