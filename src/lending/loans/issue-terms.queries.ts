import { sql } from 'kysely';
import type { NeedStatus } from '../../referrals/need.rules.ts';
import type { Reader } from '../../shared/database.ts';
import { planOfIssue } from '../../support/plan.queries.ts';

export type IssueTerms = {
  agreement: { version: number; body: string };
  /** Whether follow-ups of the referral are ahead already; no other plan begins then. */
  isPlanned: boolean;
  /** The need for support, with the reason where one was given; null when it was never asked for. */
  support: { status: NeedStatus; reason: string | null } | null;
  /** The support plan that usually starts with the loan, its steps on their dates; null for none. */
  plan: {
    name: string;
    steps: { step: string; dueOn: string | null; days: number; way: string; minutes: number }[];
  } | null;
};

/** The agreement and the support plan that a loan for a referral usually gets with this kit, counted from the civil date of the handover. */
export async function issueTerms(
  db: Reader,
  referralId: string,
  kitId: string | null,
  handoverOn: string,
): Promise<IssueTerms> {
  const { rows } = await sql<IssueTerms>`
    select json_build_object('version', a.version, 'body', a.body) as agreement,
      exists (select from follow_up f where f.referral_id = ${referralId} and f.status in ('planned', 'confirmed')) as "isPlanned",
      (select json_build_object('status', n.status, 'reason', n.reason) from referral_need n
        where n.referral_id = ${referralId} and n.need = 'support') as support,
      (select json_build_object('name', p.name, 'steps', (
          select json_agg(json_build_object('step', s.step, 'way', s.way, 'minutes', s.minutes,
            'dueOn', case when s.counted_from = 'start' then working_day_from(${handoverOn}::date + s.days) end, 'days', s.days) order by s.position)
          from support_plan_step s where s.version_id = (
            select v.id from support_plan_version v where v.plan_id = p.id order by v.version desc limit 1)))
        from support_plan p where p.id = ${planOfIssue({ kitId, termsId: null, referralId })}) as plan
    from (select version, body from agreement_version order by version desc limit 1) a`.execute(db);
  return rows[0]!;
}
