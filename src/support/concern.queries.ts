import { sql } from 'kysely';
import type { Reader } from '../shared/database.ts';

/** What was said at a follow-up, who wrote it down and when, and the referral that the follow-up is of. */
export type SaidAtFollowUp = {
  step: string;
  dueOn: string;
  note: string | null;
  nextStep: string | null;
  recordedAt: string;
  recordedBy: string | null;
  referralId: string | null;
};

/** What was said at a follow-up; undefined before it has an outcome. */
export async function saidAtFollowUp(db: Reader, id: string): Promise<SaidAtFollowUp | undefined> {
  const { rows } = await sql<SaidAtFollowUp>`/* follow-up.said */
    select f.step, f.due_on as "dueOn", o.note, o.next_step as "nextStep", o.recorded_at as "recordedAt",
      coalesce(f.referral_id, l.referral_id) as "referralId",
      (select e.actor_name from event_subject s join event e on e.id = s.event_id
        where s.subject_id = f.id and e.type = 'follow_up.outcome_recorded' order by e.id desc limit 1) as "recordedBy"
    from follow_up f join follow_up_outcome o on o.follow_up_id = f.id left join loan l on l.id = f.loan_id
    where f.id = ${id}`.execute(db);
  return rows[0];
}
