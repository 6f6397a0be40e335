import type { Reader } from '../shared/database.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { maybe } from '../shared/statements.ts';
import { isAhead } from './follow-up.states.ts';
import { PatientPlan } from './plan.schemas.ts';

/**
 * The support plans that a person has and had: those that run first, newest first.
 * @throws Problem `not-found` when there is no such person
 */
export async function listPatientPlans(db: Reader, patientId: string): Promise<PatientPlan[]> {
  const row = await maybe(db, 'patient-plan.list', { plans: col.listOf(PatientPlan) })`
    select coalesce((select json_agg(x) from (
      select h.id, json_build_object('id', p.id, 'name', p.name, 'version', v.version,
          'newest', (select max(version) from support_plan_version n where n.plan_id = p.id)) as plan,
        h.starts_on as "startsOn", h.ended_at as "endedAt", h.ended_by as "endedBy", h.reason,
        case when r.id is not null then json_build_object('id', r.id, 'reference', r.reference) end as referral,
        case when l.id is not null then json_build_object('id', l.id, 'reference', l.reference) end as loan,
        (select count(*)::int from follow_up f where f.patient_plan_id = h.id and ${isAhead('f')}) as ahead
      from patient_plan h join support_plan_version v on v.id = h.version_id join support_plan p on p.id = v.plan_id
        left join referral r on r.id = h.referral_id left join loan l on l.id = h.loan_id
      where h.patient_id = t.id order by h.ended_at is not null, h.id desc limit 20) x), '[]') as plans
    from patient t where t.id = ${patientId}`;
  if (!row) throw new Problem('not-found');
  return row.plans;
}
