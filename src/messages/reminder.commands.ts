import { type RawBuilder, sql } from 'kysely';
import { systemContext } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import type { Reader, Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import type { OutboxEvent } from '../shared/outbox.ts';
import type { Report } from '../shared/progress.ts';
import { correctWhatWasTold } from './correction.commands.ts';
import { gatherBatch } from './gather.commands.ts';
import { contactable, longestLead, startOf, workingDaysAfter } from './reminder.queries.ts';

const ctx = systemContext('plan reminders');
/** Enough to be quick, few enough to hold no lock for long. */
const batchSize = 5_000;

/** Follow-ups of which a reminder is due: on this civil date or within the working days that their reminder goes ahead, not yet begun, not told of by a change. */
const due = (date: string, now: string) => sql`
  from follow_up f join patient p on p.id = f.patient_id
  where f.status in ('planned', 'confirmed') and f.due_on between ${date}::date and (${workingDaysAfter(date)})[${longestLead}]
    and f.due_on <= (${workingDaysAfter(date)})[f.lead_days]
    and ${startOf} > ${now}::timestamptz and ${contactable(date)}
    and not exists (
      select from reminder c where c.reason = 'changed' and c.subject_id = f.id and c.for_date = f.due_on and c.status <> 'cancelled'
        and (c.created_at at time zone 'Europe/London')::date >= working_days_before(f.due_on, f.lead_days))`;

/**
 * Plans a reminder for each follow-up that is due and has none, in batches; what is planned already
 * stays as it is, so it may run any number of times.
 * @param date civil date to plan for: its own follow-ups still ahead, and those whose reminder goes so early
 * @returns how many reminders it made
 */
export async function planFollowUpReminders(deps: Deps, date: string, report?: Report): Promise<number> {
  let planned = 0;
  let after: { dueOn: string; id: string } | undefined = {
    dueOn: date,
    id: '00000000-0000-0000-0000-000000000000',
  };
  while (after) {
    const batch = await planBatch(
      deps.db,
      deps,
      date,
      sql`and (f.due_on, f.id) > (${after.dueOn}::date, ${after.id}::uuid)`,
    );
    planned += batch.planned;
    after =
      batch.seen === batchSize && batch.dueOn && batch.id ? { dueOn: batch.dueOn, id: batch.id } : undefined;
    if (after) await report?.(planned);
  }
  return planned;
}

/** The people of the reminders that `planFollowUpReminders` would make, once for each. */
export const unplannedFollowUps = (deps: Deps, date: string) => sql`
  select f.patient_id ${due(date, timestamp(deps.clock))} and not exists (
    select from reminder r where r.reason = 'follow_up' and r.subject_id = f.id and r.stage = 'day_before'
      and r.for_date = f.due_on and r.status <> 'cancelled')`;

/** How many reminders `planFollowUpReminders` would make. */
export async function countDueReminders(deps: Deps, date: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from (${unplannedFollowUps(deps, date)}) u`.execute(deps.db);
  return rows[0]!.count;
}

type Batch = { planned: number; seen: number; dueOn: string | null; id: string | null };

/** @param known what happens to a reminder for the same date that is there already */
async function planBatch(
  db: Reader,
  deps: Deps,
  date: string,
  which: RawBuilder<unknown>,
  known = sql`do nothing`,
): Promise<Batch> {
  const now = timestamp(deps.clock);
  const { rows } = await sql<Batch>`
    with due as (
      select f.id, f.patient_id, f.due_on, ${startOf} as starts ${due(date, now)} ${which}
      order by f.due_on, f.id limit ${batchSize}
    ), made as (
      insert into reminder (id, patient_id, reason, subject_id, stage, for_date, useless_after, created_at)
      select new_id(), patient_id, 'follow_up', id, 'day_before', due_on, starts, ${now} from due
      on conflict (reason, subject_id, stage, for_date) where status <> 'cancelled' ${known} returning 1
    )
    select (select count(*) from made) as planned, (select count(*) from due) as seen, last.due_on as "dueOn", last.id
    from (select 1) one left join (select due_on, id from due order by due_on desc, id desc limit 1) last on true`.execute(
    db,
  );
  return rows[0]!;
}

/** A night that ran beside a move may have planned for the time before it; not yet said, it takes the new time. */
const corrected = sql`do update set useless_after = excluded.useless_after where reminder.status = 'standing'`;

/**
 * After follow-ups were made or moved, or a person may be contacted again: plans the reminders that tonight would come too late for,
 * and where one was already said for another time, one that says what changed.
 * Follow-ups are those that the event names, or of the loan, referral or patient that it names.
 */
export async function planForEvent(trx: Trx, deps: Deps, event: OutboxEvent): Promise<void> {
  const ids = event.subjects.map(({ id }) => id);
  const date = today(deps.clock);
  const ofEvent = event.type.startsWith('follow_up.')
    ? sql`f.id = any(${ids}::uuid[])`
    : event.type.startsWith('patient.')
      ? sql`f.patient_id = any(${ids}::uuid[])`
      : sql`(f.loan_id = any(${ids}::uuid[]) or f.referral_id = any(${ids}::uuid[]))`;
  const moved = event.type === 'follow_up.moved';
  if (moved) {
    // Locked, it does not move again meanwhile, and what is read below is how it stands.
    await sql`select from follow_up f where ${ofEvent} for share`.execute(trx);
    await correctWhatWasTold(trx, deps, ctx, ofEvent);
  }
  await planBatch(trx, deps, date, sql`and ${ofEvent}`, moved ? corrected : undefined);
  await gatherBatch(
    trx,
    deps,
    date,
    sql`and r.subject_id in (select f.id from follow_up f where ${ofEvent})`,
  );
}
