import { type RawBuilder, sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import { col } from '../shared/rows.ts';
import { many, one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { isAhead } from '../support/follow-up.states.ts';
import { completeTasksAbout, createTasks } from '../tasks/task.commands.ts';
import { correctionsOf, ofSubject } from './kind.queries.ts';
import type { Subject } from './kinds/kind.ts';
import { contactable, isAsTold, isPutOff, isWrongDay, startOf } from './reminder.queries.ts';
import type { TellableWhy } from './why.rules.ts';

/** Civil days for which it is worth saying that a day does not hold any more. */
const worthADay = 14;

/**
 * Corrects what people were last told of follow-ups and is no longer so (rule 26): off, at another time or by
 * another way. A message says it, once however often it changes before it goes; where none may go, staff get a task
 * to tell them. Nothing is said to someone who wants no contact any more or has died. One statement and the tasks.
 * @param which a condition that narrows the follow-ups `f`
 */
export async function correctWhatWasTold(work: Work, which: RawBuilder<unknown>): Promise<void> {
  const now = work.at;
  const rows = await many(work.trx, 'reminder.correct', { id: col.text, patientId: col.text })`
    with wrong as materialized (
      select f.*, told.id as told, told.useless_after as told_at, ${isAhead('f')} as is_on, ${startOf} as starts, ${contactable(work.today)} as may_write
      from follow_up f join patient p on p.id = f.patient_id cross join lateral (
        select r.id, r.reason, r.useless_after, r.said_way from reminder r
        where r.subject_id = f.id and r.reason in ${ofSubject('follow_up')} and r.status = 'said' order by r.id desc limit 1) told
      where ${which} and f.status in ('planned', 'confirmed', 'cancelled') and case when told.reason = 'off' then ${isAhead('f')} else not ${isAsTold(sql`told`)} end
        and p.contact_state not in ('withdrawn', 'deceased')
        and case when ${isAhead('f')} then ${startOf} else told.useless_after end > ${now}::timestamptz
    ), corrected as (
      insert into reminder (id, patient_id, reason, subject_id, stage, for_date, useless_after, created_at)
      select new_id(), patient_id, case when is_on then 'changed' else 'off' end, id, told::text,
        case when is_on then due_on else (told_at at time zone 'Europe/London')::date end, case when is_on then starts else told_at end, ${now}
      from wrong where may_write
      on conflict do nothing
    )
    select id, patient_id as "patientId" from wrong where not may_write order by id`;
  await createTasks(
    work,
    rows.map(({ id, patientId }) => tellOfChange(id, patientId)),
  );
}

/**
 * Puts right what was to be told, or was told, of follow-ups that were called off by mistake and are ahead again: that
 * they are off is not said any more, and whoever heard it is told that they are on.
 * @param since the instant from which on they were called off, ISO 8601
 */
export async function correctCallingOff(work: Work, followUpIds: string[], since: string): Promise<void> {
  if (!followUpIds.length) return;
  await run(work.trx, 'reminder.no-longer-off')`
    update reminder set status = 'cancelled'
    where subject_id = any(${followUpIds}::uuid[]) and reason = 'off' and status = 'standing'`;
  const tasks = await many(work.trx, 'reminder.tasks-to-tell', {
    followUpId: col.text,
    patientId: col.text,
    isOpen: col.boolean,
    isByHand: col.boolean,
  })`
    select f.id as "followUpId", f.patient_id as "patientId", t.status = 'open' as "isOpen",
      exists (select from task_closing c where c.task_id = t.id and c.reopened_at is null) as "isByHand"
    from task t join follow_up f on f.id = t.subject_id
    where t.subject_id = any(${followUpIds}::uuid[]) and t.kind = 'tell_of_change' and t.created_at >= ${since} order by t.id`;
  const open = tasks.flatMap(({ followUpId, isOpen }) => (isOpen ? [followUpId] : []));
  if (open.length) await completeTasksAbout(work, ['tell_of_change'], open);
  await createTasks(
    work,
    tasks.flatMap(({ followUpId, patientId, isByHand }) =>
      isByHand ? [tellOfChange(followUpId, patientId)] : [],
    ),
  );
  await correctWhatWasTold(work, sql`f.id = any(${followUpIds}::uuid[])`);
}

/**
 * Corrects what was last told of the day on which a loan is due back and does not hold any more (rule 26): a message
 * says so; where none may go, staff get a task to tell them.
 * @param from the civil date that has just changed; of an older one nothing is said any more
 * @param change `as` `put_off`: it is due later or without a day now; `wrong_day`: it was written down wrong
 */
export async function correctWhatWasToldOfLoan(
  work: Work,
  loanId: string,
  from: string,
  { as, why = null }: { as: 'put_off' | 'wrong_day'; why?: TellableWhy | null },
): Promise<void> {
  const day = work.today;
  const rows = await many(work.trx, 'reminder.correct-loan', { patientId: col.text })`
    with wrong as materialized (
      select l.id, l.patient_id, told.id as told, told.for_date, ${contactable(day)} as may_write
      from loan l join patient p on p.id = l.patient_id cross join lateral (
        select r.id, r.reason, r.for_date from reminder r
        where r.subject_id = l.id and r.reason in ${ofSubject('loan')} and r.status = 'said' order by r.id desc limit 1) told
      where l.id = ${loanId} and told.reason not in ${correctionsOf('loan')} and told.for_date = ${from}::date
        and case ${as}::text when 'put_off' then ${isPutOff(sql`told`)} else ${isWrongDay(sql`told`)} end
        and p.contact_state not in ('withdrawn', 'deceased')
    ), corrected as (
      insert into reminder (id, patient_id, reason, subject_id, stage, for_date, why, useless_after, created_at)
      select new_id(), patient_id, ${as}, id, told::text, for_date, ${why},
        ((greatest(for_date, ${day}::date) + ${worthADay}::int)::timestamp at time zone 'Europe/London'), ${work.at}
      from wrong where may_write
      on conflict do nothing
    )
    select patient_id as "patientId" from wrong where not may_write`;
  await createTasks(
    work,
    rows.map(({ patientId }) => tellOfChange(loanId, patientId, 'loan')),
  );
}

/** The task to tell someone what a message cannot, of a follow-up or something else. */
export const tellOfChange = (subjectId: string, patientId: string, subjectType: Subject = 'follow_up') =>
  ({ kind: 'tell_of_change', subjectType, subjectId, patientId }) as const;

/**
 * What is done just now to correct what was told of a follow-up; null where it still holds, or is corrected.
 */
export async function correctionOf(db: Reader, followUpId: string): Promise<'message' | 'task' | null> {
  const row = await one(db, 'reminder.correction-of', { by: col.orNull(col.oneOf(['message', 'task'])) })`
    select case when exists (select from task where kind = 'tell_of_change' and subject_id = ${followUpId} and status = 'open') then 'task'
      when exists (select from reminder where subject_id = ${followUpId} and reason in ${correctionsOf('follow_up')} and status = 'standing') then 'message' end as by`;
  return row.by;
}
