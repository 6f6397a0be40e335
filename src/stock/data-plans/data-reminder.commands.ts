import { sql } from 'kysely';
import { contactable } from '../../messages/reminder.queries.ts';
import { timestamp } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { endingDays } from './data-plan.rules.ts';

/** Data plans that end soon after a civil date, each with the patient who has it and agreed to be told. */
const due = (date: string) => sql`
  select s.id, l.patient_id, s.expires_on, ((s.expires_on + 1)::timestamp at time zone 'Europe/London') as useless_after
  from data_plan s join loan_item i on i.device_id = s.device_id and i.ended_at is null
    join loan l on l.id = i.loan_id join patient p on p.id = l.patient_id
  where s.status <> 'ended' and s.expires_on between ${date}::date and ${date}::date + ${endingDays}::int
    and p.data_reminders and ${contactable(date)}`;

/**
 * Plans a word to each person who agreed to it before their mobile data ends (rule 10), once for each
 * day on which a plan may end.
 * @param date civil date
 * @returns how many reminders it made
 */
export async function planDataReminders(deps: Deps, date: string): Promise<number> {
  const { numAffectedRows } = await sql`/* data-reminder.plan */
    insert into reminder (id, patient_id, reason, subject_id, stage, for_date, useless_after, created_at)
    select new_id(), patient_id, 'data_ending', id, ${`${endingDays}_days`}, expires_on, useless_after, ${timestamp(deps.clock)}
    from (${due(date)}) d
    on conflict (reason, subject_id, stage, for_date) where status <> 'cancelled' do nothing`.execute(
    deps.db,
  );
  return Number(numAffectedRows);
}

/** The people of the reminders that `planDataReminders` would make, once for each. */
export const unplannedDataReminders = (date: string) => sql`
  select d.patient_id from (${due(date)}) d where not exists (
    select from reminder r where r.reason = 'data_ending' and r.subject_id = d.id and r.for_date = d.expires_on
      and r.status <> 'cancelled')`;

/** How many reminders `planDataReminders` would make. */
export async function countDataReminders(deps: Deps, date: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (${unplannedDataReminders(date)}) u`.execute(deps.db);
  return rows[0]!.count;
}
