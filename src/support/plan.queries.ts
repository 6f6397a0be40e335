import { sql } from 'kysely';
import type { Reader, Trx } from '../shared/database.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { many, maybe } from '../shared/statements.ts';
import { SupportPlan, SupportPlanVersions } from './plan.schemas.ts';

/** The steps of the version with this id, in their order, as JSON. */
const stepsJson = (version: ReturnType<typeof sql.ref>) => sql`coalesce((
  select json_agg(json_build_object('step', s.step, 'countedFrom', s.counted_from, 'days', s.days, 'way', s.way, 'minutes', s.minutes,
    'startsAt', to_char(s.starts_at, 'HH24:MI'), 'leadDays', s.lead_days) order by s.position)
  from support_plan_step s where s.version_id = ${version}), '[]')`;

/** How many people have a plan that runs, of the versions that match. */
const running = (condition: ReturnType<typeof sql>) => sql`(
  select count(*)::int from support_plan_version x join patient_plan r on r.version_id = x.id and r.ended_at is null where ${condition})`;

const columns = sql`p.id, p.name, v.version, ${stepsJson(sql.ref('v.id'))} as steps, p.for_loans as "forLoans", p.for_support as "forSupport",
  p.retired_at is not null as retired, ${running(sql`x.plan_id = p.id`)} as running, p.changed_at as "changedAt"`;

/** Plan `p` with its newest version `v`. */
const newest = sql`support_plan p join lateral (
  select id, version from support_plan_version where plan_id = p.id order by version desc limit 1) v on true`;

/** The support plans by name, each with the version that begins now. */
export async function listPlans(db: Reader, { retired = false } = {}): Promise<SupportPlan[]> {
  return many(db, 'support-plan.list', SupportPlan.properties)`
    select ${columns} from ${newest} where ${retired}::boolean or p.retired_at is null
    order by p.retired_at is not null, lower(p.name), p.id`;
}

/** The plans that may be chosen, by name: for forms that offer them. */
export async function offeredPlans(db: Reader): Promise<{ id: string; name: string }[]> {
  return many(db, 'support-plan.offered', { id: col.text, name: col.text })`
    select id, name from support_plan where retired_at is null order by lower(name), id`;
}

/**
 * One plan with every version of it.
 * @throws Problem `not-found`
 */
export async function getPlan(db: Reader, id: string): Promise<SupportPlanVersions> {
  const row = await maybe(db, 'support-plan.get', SupportPlanVersions.properties)`
    select ${columns}, coalesce((
      select json_agg(json_build_object('version', e.version, 'createdAt', e.created_at, 'createdBy', e.created_by,
        'running', ${running(sql`x.id = e.id`)}, 'steps', ${stepsJson(sql.ref('e.id'))}) order by e.version desc)
      from support_plan_version e where e.plan_id = p.id and e.version < v.version), '[]') as earlier
    from ${newest} where p.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/**
 * Holds the plan that a kit or terms are to name, so that it stays one that may be chosen.
 * @throws Problem `invalid`
 */
export async function assertPlan(trx: Trx, id: string | null): Promise<void> {
  if (!id) return;
  const found = await maybe(
    trx,
    'plan.assert',
    trx.selectFrom('support_plan').where('id', '=', id).where('retired_at', 'is', null).forShare(),
  );
  if (!found)
    throw invalid({ pointer: '/supportPlanId', message: 'There is no such support plan to choose.' });
}

/**
 * The id of the plan that a patient's loan begins where it names none: its kit's, its terms' (the default terms
 * without an id), or the default. None where it is for a referral whose need for support was dropped, or never was.
 */
export const planOfIssue = ({
  kitId,
  termsId,
  referralId,
}: {
  kitId: string | null;
  termsId: string | null;
  referralId: string | null;
}) => sql`(
  select p.id from support_plan p
    left join kit k on k.support_plan_id = p.id and k.id = ${kitId}::uuid
    left join loan_terms t on t.support_plan_id = p.id and t.borrower = 'patient'
      and case when ${termsId}::uuid is null then t.is_default else t.id = ${termsId}::uuid end
  where p.retired_at is null and (k.id is not null or t.id is not null or p.for_loans) and (${referralId}::uuid is null or exists (
    select from referral_need n where n.referral_id = ${referralId}::uuid and n.need = 'support' and n.status in ('open', 'met')))
  order by k.id is null, t.id is null limit 1)`;
