import { type RawBuilder, sql } from 'kysely';
import { isOut } from '../../lending/loans/loan.states.ts';
import { systemContext } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { type Follower, idsOf } from '../../shared/follow-on.ts';
import { newId } from '../../shared/ids.ts';
import type { Report } from '../../shared/progress.ts';
import { col } from '../../shared/rows.ts';
import { countOf, each, many } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { askStaff, taskBatch } from '../../tasks/ask.commands.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { settleUpdates } from './updates.commands.ts';
import { isAccepted, isShort, updatesEnd } from './updates.queries.ts';

/**
 * Devices `d` that someone has or is to get whose updates end too early, and no manager let it: out on a loan, they end
 * soon and before it is due back or while it is overdue; held, they end before a usual loan would be due.
 */
const ends = (date: string) => sql`(
  select d.id, d.updates_end_on, d.updates_asked_for, l.patient_id
  from device d join loan_item i on i.device_id = d.id and ${isOut('i')} join loan l on l.id = i.loan_id
  where ${updatesEnd('d')} <= ${date}::date + (select updates_warn_days from lending_policy)
    and (l.due_on is null or l.due_on > d.updates_end_on or l.due_on < ${date}::date) and not ${isAccepted('d')}
  union all
  select d.id, d.updates_end_on, d.updates_asked_for, r.patient_id
  from device d join allocation a on a.device_id = d.id and a.status = 'held' join referral r on r.id = a.referral_id
  where d.status = 'reserved' and ${isShort('d', date)}) d`;

const unasked = (date: string) =>
  sql`${ends(date)} where d.updates_asked_for is distinct from d.updates_end_on`;

/**
 * Makes a task for each device whose security updates end while someone has it, or too early for whom it is held: once for each device and end. Those of what
 * is right again are settled first. In batches; run again it changes nothing.
 * @param date civil date
 * @returns how many tasks it made
 */
export async function planUpdatesEndingTasks(deps: Deps, date: string, report?: Report): Promise<number> {
  await command(deps, systemContext(newId()), (work) => settleEndings(work, sql`true`, date));
  const found = sql`
    update device u set updates_asked_for = x.updates_end_on from (
      select d.id, d.updates_end_on, d.patient_id from ${unasked(date)} order by d.updates_end_on, d.id limit ${taskBatch}) x
    where u.id = x.id returning u.id, x.patient_id as "patientId"`;
  const task = { kind: 'updates_ending', subjectType: 'device', requestId: newId() } as const;
  return askStaff(deps, task, found, report);
}

/** How many tasks `planUpdatesEndingTasks` would make. */
export async function countUpdatesEndingTasks(deps: Deps, date: string): Promise<number> {
  return countOf(deps.db, each('updates-ending.count-tasks'))`from ${unasked(date)}`;
}

/**
 * Settles what staff were asked about devices `d` where it is no longer so; what is so again is asked again.
 * @param which a condition that names them
 */
export async function settleEndings(
  work: Work,
  which: RawBuilder<unknown>,
  date: string = work.today,
): Promise<void> {
  const rows = await many(work.trx, 'updates-ending.settle', { id: col.text })`
    update device d set updates_asked_for = null
    where d.id in (select t.subject_id from task t where t.kind = 'updates_ending' and t.status = 'open')
      and ${which} and d.id not in (select d.id from ${ends(date)})
    returning d.id`;
  await completeTasksAbout(
    work,
    ['updates_ending'],
    rows.map(({ id }) => id),
  );
}

/** Settles what staff were asked about devices that were not out after all, or whose loan is due back on another day. */
export const settleEndingsOf: Follower = (work, events) =>
  settleEndings(
    work,
    sql`(d.id = any(${idsOf(events, 'device')}::uuid[])
      or d.id in (select i.device_id from loan_item i where i.loan_id = any(${idsOf(events, 'loan')}::uuid[])))`,
  );

/** Sends ready devices back to preparation whose security updates have come to end before a usual loan would be due. Ahead of its day it does what is due today. */
export async function stopShortOfUpdates(deps: Deps): Promise<number> {
  return command(deps, systemContext(newId()), (work) => settleUpdates(work, sql`d.status = 'ready'`));
}

/** How many that would be on a civil date. */
export async function countShortOfUpdates(deps: Deps, date: string): Promise<number> {
  return countOf(
    deps.db,
    each('updates.count-short'),
  )`from device d where d.status = 'ready' and ${isShort('d', date)}`;
}
