import { sql } from 'kysely';
import { timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import type { Report } from '../shared/progress.ts';
import { asksBack, contactable } from './reminder.queries.ts';

/** Enough to be quick, few enough to hold no lock for long. */
const batchSize = 5_000;

/** Civil days before a loan is due back on which a first word is said, and a second. */
const firstWord = 14;
const secondWord = 7;
/** Civil days after it on which a kind word is said; after the last a person decides. */
export const overdueWords = [1, 7, 21] as const;
/** So long after that nothing more is said. */
const lastUseful = 42;

/**
 * Loans `l` of which something is due to be said on a civil date: the latest word alone, so that a night
 * that did not run is caught up with one reminder and not with all of them.
 */
const due = (date: string) => sql`
  select l.id, l.patient_id, l.due_on, w.reason, w.stage, (w.useless_on::timestamp at time zone 'Europe/London') as useless_after
  from loan l join patient p on p.id = l.patient_id cross join lateral (
    select case when l.due_on >= ${date}::date then 'return_due' else 'overdue' end as reason, ${date}::date - l.due_on as late
  ) d cross join lateral (
    select d.reason, case
        when d.late < -${secondWord}::int then ${`${firstWord}_days`}
        when d.late <= 0 then ${`${secondWord}_days`}
        when d.late < ${overdueWords[1]}::int then ${`${overdueWords[0]}_day`}
        when d.late < ${overdueWords[2]}::int then ${`${overdueWords[1]}_days`}
        else ${`${overdueWords[2]}_days`} end as stage,
      l.due_on + case
        when d.late < -${secondWord}::int then -${secondWord}::int
        when d.late <= 0 then 1
        when d.late < ${overdueWords[1]}::int then ${overdueWords[1]}::int
        when d.late < ${overdueWords[2]}::int then ${overdueWords[2]}::int
        else ${lastUseful}::int end as useless_on
  ) w
  where l.status = 'open' and l.due_on between ${date}::date - ${lastUseful}::int + 1 and ${date}::date + ${firstWord}::int
    and ${asksBack} and ${contactable(date)}`;

/**
 * Plans what is said of loans that are due back or overdue on a civil date, in batches; what is planned
 * already stays as it is. No threat, no charge: the words are those of the templates.
 * @returns how many reminders it made
 */
export async function planLoanReminders(deps: Deps, date: string, report?: Report): Promise<number> {
  let planned = 0;
  let after = { dueOn: '0001-01-01', id: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    const { rows } = await sql<{
      planned: number;
      seen: number;
      dueOn: string | null;
      id: string | null;
    }>`/* loan-reminder.plan */
      with due as (
        select * from (${due(date)}) d where (due_on, id) > (${after.dueOn}::date, ${after.id}::uuid) order by due_on, id limit ${batchSize}
      ), made as (
        insert into reminder (id, patient_id, reason, subject_id, stage, for_date, useless_after, created_at)
        select new_id(), patient_id, reason, id, stage, due_on, useless_after, ${timestamp(deps.clock)} from due
        on conflict (reason, subject_id, stage, for_date) where status <> 'cancelled' do nothing returning 1
      )
      select (select count(*)::int from made) as planned, (select count(*)::int from due) as seen, last.due_on as "dueOn", last.id
      from (select 1) one left join (select due_on, id from due order by due_on desc, id desc limit 1) last on true`.execute(
      deps.db,
    );
    const batch = rows[0]!;
    planned += batch.planned;
    if (batch.seen < batchSize || !batch.dueOn || !batch.id) return planned;
    after = { dueOn: batch.dueOn, id: batch.id };
    await report?.(planned);
  }
}

/** The people of the reminders that `planLoanReminders` would make, once for each. */
export const unplannedLoanReminders = (date: string) => sql`
  select d.patient_id from (${due(date)}) d where not exists (
    select from reminder r where r.reason = d.reason and r.subject_id = d.id and r.stage = d.stage and r.for_date = d.due_on
      and r.status <> 'cancelled')`;

/** How many reminders `planLoanReminders` would make. */
export async function countLoanReminders(deps: Deps, date: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (${unplannedLoanReminders(date)}) u`.execute(deps.db);
  return rows[0]!.count;
}
