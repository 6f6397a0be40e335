import { sql } from 'kysely';
import { isOut } from '../../lending/loans/loan.states.ts';
import { takeBackUnsaid } from '../../messages/kind.queries.ts';
import { systemContext } from '../../shared/actor.ts';
import { addDays, today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { newId } from '../../shared/ids.ts';
import type { Report } from '../../shared/progress.ts';
import { col } from '../../shared/rows.ts';
import { countOf, each, many, maybe, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { askStaff, taskBatch } from '../../tasks/ask.commands.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { endingDays } from './data-plan.rules.ts';
import { isInUse } from './data-plan.states.ts';

/** Plans `s` in a device on a loan `l` that end within the days in which it is time to renew them, have run out, or end before the loan is due back. */
const ends = (date: string) => sql`
  data_plan s join loan_item i on i.device_id = s.device_id and ${isOut('i')} join loan l on l.id = i.loan_id
  where ${isInUse('s')} and s.expires_on is not null
    and (s.expires_on <= ${addDays(date, endingDays)}::date or s.expires_on < l.due_on)`;

/**
 * Of those, the ones for which nobody was asked: a plan that ends before its loan is told of once when
 * the loan has it, and each plan once in its last days. What staff have settled is not asked again.
 */
const unasked = (date: string) => sql`
  not exists (
    select from task t where t.kind = 'data_ending' and t.subject_id = s.id and (t.status = 'open' or t.created_at >= case
      when s.expires_on <= ${addDays(date, endingDays)}::date
        then greatest(i.issued_at, (s.expires_on - ${endingDays}::int)::timestamp at time zone 'Europe/London')
      else i.issued_at end))`;

/**
 * Makes a task for each data plan that ends while someone has it (rule 10), and settles those whose plan
 * was renewed, taken out or came back. In batches; run again it changes nothing. For a date that has
 * passed it settles by today, since what ends soon now may not have then.
 * @param date civil date
 * @returns how many tasks it made
 */
export async function planDataEndingTasks(deps: Deps, date: string, report?: Report): Promise<number> {
  const day = today(deps.clock);
  await settleThoseOver(deps, date < day ? day : date);
  const found = sql`
    select s.id, l.patient_id as "patientId" from ${ends(date)} and ${unasked(date)} order by s.expires_on, s.id limit ${taskBatch}`;
  return askStaff(deps, { kind: 'data_ending', subjectType: 'data_plan', requestId: newId() }, found, report);
}

/** How many tasks `planDataEndingTasks` would make. */
export async function countDataEndingTasks(deps: Deps, date: string): Promise<number> {
  return countOf(deps.db, each('data-ending.count-tasks'))`from ${ends(date)} and ${unasked(date)}`;
}

/** Takes back what was still to be said of the day on which a plan ends, unless that is this one; null: it ends no more. */
export async function takeBackEnding(work: Work, id: string, expiresOn: string | null): Promise<void> {
  await run(work.trx, 'data-ending.take-back')`
    ${takeBackUnsaid('data_plan', sql`subject_id = ${id}::uuid and for_date is distinct from ${expiresOn}::date`)}`;
}

/**
 * What follows when a plan ends on another day than was known: what was still to be said of that day is taken back,
 * and what staff were asked about it is settled unless it is still so. The night plans for the new day.
 * @param expiresOn the first day without data; null when the plan has not started
 */
export async function dataEndsAnew(work: Work, id: string, expiresOn: string | null): Promise<void> {
  await takeBackEnding(work, id, expiresOn);
  const isStill = await maybe(work.trx, 'data-ending.is-still', {})`
    select from ${ends(work.today)} and s.id = ${id}`;
  if (!isStill) await completeTasksAbout(work, ['data_ending'], [id]);
}

async function settleThoseOver(deps: Deps, date: string): Promise<void> {
  const ctx = systemContext(newId());
  for (;;) {
    const settled = await command(deps, ctx, async (work) => {
      const rows = await many(work.trx, 'data-ending.settle-those-over', { id: col.text })`
        select t.subject_id as id from task t
        where t.kind = 'data_ending' and t.status = 'open' and not exists (select from ${ends(date)} and s.id = t.subject_id)
        order by t.id limit ${taskBatch}`;
      await completeTasksAbout(
        work,
        ['data_ending'],
        rows.map(({ id }) => id),
      );
      return rows.length;
    });
    if (settled < taskBatch) return;
  }
}
