import { needsMet } from '../../referrals/needs-met.rules.ts';
import { isAccepted } from '../../referrals/referral.states.ts';
import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { maybe, one } from '../../shared/statements.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { kindsOfDevice } from '../../stock/devices/device-kinds.rules.ts';
import { LoanToExtend, reviewOutcomes, type Waiting } from './extension.rules.ts';
import { isOpenLoan, isOut } from './loan.states.ts';

/**
 * What decides about the date of a loan, who waits for the same counted by need: one statement. It goes from
 * the open needs to their referrals, since of referrals being helped only few still need something. A loan
 * that began before its terms were recorded has the default ones of its borrower.
 * @param today civil date, from which it is put off once its date is past
 * @throws Problem `not-found`
 */
export async function getLoanToExtend(
  db: Reader,
  id: string,
  today: string,
): Promise<LoanToExtend & { reviewMonths: number; reviewOn: string | null }> {
  const row = await maybe(db, 'loan.to-extend', {
    ...LoanToExtend,
    reviewMonths: col.number,
    reviewOn: col.orNull(col.text),
    out: col.listOf(col.object({ kind: col.keyOf(kindsOfDevice), hasDataPlan: col.boolean })),
  })`
    select l.status, l.due_on as "dueOn", l.review_on as "reviewOn", l.extensions, t.extensions_allowed as "extensionsAllowed",
      working_day_from(greatest(l.due_on, ${today}::date) + t.extension_weeks * 7) as "suggestedDueOn", coalesce(t.review_months, 1) as "reviewMonths",
      t.weeks is null as "mayStayOpen",
      coalesce((select json_agg(json_build_object('kind', d.kind, 'hasDataPlan', s.id is not null))
        from loan_item i join device d on d.id = i.device_id left join data_plan s on s.device_id = d.id and ${isInUse('s')}
        where i.loan_id = l.id and ${isOut('i')}), '[]') as out,
      coalesce((select json_agg(json_build_object('need', w.need, 'people', w.people) order by w.need desc) from (
        select n.need, count(distinct r.patient_id) as people
        from referral_need n cross join lateral (
          select patient_id from referral where id = n.referral_id and ${isAccepted()} limit 1) r
        where ${isOpenLoan('l')} and n.status = 'open' and n.need <> 'support' and r.patient_id is distinct from l.patient_id
        group by n.need) w), '[]') as waiting
    from loan l join loan_terms t on t.id = coalesce(l.terms_id, (
      select id from loan_terms where is_default and borrower = case when l.patient_id is null then 'location' else 'patient' end))
    where l.id = ${id}`;
  if (!row) throw new Problem('not-found');
  const { out, ...loan } = row;
  const needs = needsMet(out);
  return { ...loan, waiting: loan.waiting.filter(({ need }: Waiting) => needs.includes(need)) };
}

export const DateStory = {
  changes: col.listOf(
    col.object({
      at: col.text,
      by: col.text,
      from: col.orNull(col.text),
      to: col.orNull(col.text),
      reason: col.orNull(col.text),
    }),
  ),
  reviews: col.listOf(
    col.object({
      at: col.text,
      by: col.text,
      outcome: col.oneOf(reviewOutcomes),
      note: col.orNull(col.text),
    }),
  ),
};
export type DateStory = RowOf<typeof DateStory>;

/** Every change of a loan's date with its reason and every review of it with its note, newest first: one statement. */
export async function getDateStory(db: Reader, id: string): Promise<DateStory> {
  return one(db, 'loan.date-story', DateStory)`
    select
      coalesce((select json_agg(json_build_object('at', e.at, 'by', e.actor_name, 'from', e.from_due_on, 'to', e.due_on, 'reason', e.reason) order by e.id desc)
        from loan_extension e where e.loan_id = ${id}::uuid), '[]') as changes,
      coalesce((select json_agg(json_build_object('at', r.at, 'by', r.actor_name, 'outcome', r.outcome, 'note', r.note) order by r.id desc)
        from loan_review r where r.loan_id = ${id}::uuid), '[]') as reviews`;
}
