import { sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { maybe } from '../shared/statements.ts';
import { outcomeCounts } from './follow-up.states.ts';

/** An outcome at which a concern was raised that stands, also once the outcome itself was taken back. */
export const concernStands = (alias = 'follow_up_outcome') =>
  sql<boolean>`(${sql.ref(alias)}.concern and not ${sql.ref(alias)}.concern_taken_back)`;

/** What was said at a follow-up, who wrote it down and when, and the referral that the follow-up is of. */
export const SaidAtFollowUp = {
  step: col.text,
  dueOn: col.text,
  note: col.orNull(col.text),
  nextStep: col.orNull(col.text),
  recordedAt: col.text,
  recordedBy: col.orNull(col.text),
  referralId: col.orNull(col.text),
};
export type SaidAtFollowUp = RowOf<typeof SaidAtFollowUp>;

/** What was said at a follow-up, where a concern was raised that stands; undefined before it has an outcome. */
export async function saidAtFollowUp(db: Reader, id: string): Promise<SaidAtFollowUp | undefined> {
  return maybe(db, 'follow-up.said', SaidAtFollowUp)`
    select f.step, f.due_on as "dueOn", o.note, o.next_step as "nextStep", o.recorded_at as "recordedAt",
      coalesce(f.referral_id, l.referral_id) as "referralId",
      (select e.actor_name from event_subject s join event e on e.id = s.event_id
        where s.subject_id = f.id and e.type = 'follow_up.outcome_recorded' and e.at >= o.recorded_at order by e.id limit 1) as "recordedBy"
    from follow_up f join follow_up_outcome o on o.follow_up_id = f.id left join loan l on l.id = f.loan_id
    where f.id = ${id} order by ${concernStands('o')} desc, ${outcomeCounts('o')} desc, o.recorded_at desc limit 1`;
}
