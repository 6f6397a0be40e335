import { type RawBuilder, sql } from 'kysely';
import { systemContext } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import type { OutboxEvent } from '../shared/outbox.ts';
import type { Report } from '../shared/progress.ts';
import { col } from '../shared/rows.ts';
import { countOf, each, one, run } from '../shared/statements.ts';
import { type Work, workIn } from '../shared/work.ts';
import { correctWhatWasTold } from './correction.commands.ts';
import { gatherBatch } from './gather.commands.ts';
import { type PlannedKind, plannedKinds } from './kind.queries.ts';
import { all, type PlannedFor } from './kinds/kind.ts';
import type { ReminderReason } from './message.rules.ts';

const ctx = systemContext('plan reminders');
/** Enough to be quick, few enough to hold no lock for long. */
const batchSize = 5_000;

/**
 * Plans the reminders of these kinds that are due on a civil date, in batches; what is planned already stays as it is,
 * so it may run any number of times.
 * @returns how many reminders it made
 */
export async function planReminders(
  deps: Deps,
  reasons: ReminderReason[],
  date: string,
  report?: Report,
): Promise<number> {
  let planned = 0;
  for (const kind of plannedAmong(reasons))
    for (let after: Place | null = beforeAll; after; ) {
      const { made, last }: Batch = await planBatch(
        deps.db,
        kind,
        { date, now: timestamp(deps.clock) },
        { after },
      );
      planned += made;
      after = last;
      if (after) await report?.(planned);
    }
  return planned;
}

/** The people of the reminders that `planReminders` would make, once for each reminder. */
export const unplanned = (deps: Deps, { reason, due }: PlannedKind, date: string) => sql`
  select d.patient_id from (${due({ date, now: timestamp(deps.clock) }, all)}) d where not exists (
    select from reminder r where r.reason = ${sql.lit(reason)} and r.subject_id = d.id and r.stage = d.stage
      and r.for_date = d.for_date and r.status <> 'cancelled')`;

/** How many reminders `planReminders` would make. */
export async function countUnplanned(deps: Deps, reasons: ReminderReason[], date: string): Promise<number> {
  return countOf(deps.db, each('reminder.count-unplanned'))`from (${sql.join(
    plannedAmong(reasons).map((kind) => unplanned(deps, kind, date)),
    sql` union all `,
  )}) u`;
}

const plannedAmong = (reasons: ReminderReason[]) =>
  plannedKinds.filter(({ reason }) => reasons.includes(reason));

/** Where a batch ends: the day and the subject of its last reminder. */
type Place = { forDate: string; id: string };
const beforeAll: Place = { forDate: '0001-01-01', id: '00000000-0000-0000-0000-000000000000' };
/** `last`: where the next batch begins; null when there is nothing more. */
type Batch = { made: number; last: Place | null };

/** Which reminders a batch plans. */
type Which = {
  /** Those behind this place. */
  after?: Place;
  /** `and` with a condition that narrows the subjects. */
  of?: RawBuilder<unknown>;
  /** What happens to one for the same date that is there already; without it, that stays as it is. */
  known?: RawBuilder<unknown>;
};

/** Plans one batch. */
async function planBatch(
  db: Reader,
  kind: PlannedKind,
  by: PlannedFor,
  { after = beforeAll, of = all, known = sql`do nothing` }: Which,
): Promise<Batch> {
  const { made, seen, forDate, id } = await one(db, each('reminder.plan-batch'), {
    made: col.number,
    seen: col.number,
    forDate: col.orNull(col.text),
    id: col.orNull(col.text),
  })`
    with due as (
      select d.* from (${kind.due(by, of)}) d where (d.for_date, d.id) > (${after.forDate}::date, ${after.id}::uuid)
      order by d.for_date, d.id limit ${batchSize}
    ), made as (
      insert into reminder (id, patient_id, reason, subject_id, stage, for_date, useless_after, created_at)
      select new_id(), patient_id, ${sql.lit(kind.reason)}, id, stage, for_date, useless_after, ${by.now} from due
      on conflict (reason, subject_id, stage, for_date) where status <> 'cancelled' ${known} returning 1
    )
    select (select count(*) from made) as made, (select count(*) from due) as seen, last.for_date as "forDate", last.id
    from (select 1) one left join (select for_date, id from due order by for_date desc, id desc limit 1) last on true`;
  return { made, last: seen === batchSize && forDate && id ? { forDate, id } : null };
}

/** A night that ran beside a move may have planned for the time before it; not yet said, it takes the new time. */
const corrected = sql`do update set useless_after = excluded.useless_after where reminder.status = 'standing'`;

/**
 * After follow-ups were made or moved, or a person may be contacted again: plans the reminders that tonight would come too late for,
 * and where one was already said for another time, one that says what changed.
 * Follow-ups are those that the event names, or of the loan, referral or patient that it names.
 */
export async function planForEvent(work: Work, event: OutboxEvent): Promise<void> {
  const ids = event.subjects.map(({ id }) => id);
  const date = work.today;
  const ofEvent = event.type.startsWith('follow_up.')
    ? sql`f.id = any(${ids}::uuid[])`
    : event.type.startsWith('patient.')
      ? sql`f.patient_id = any(${ids}::uuid[])`
      : sql`(f.loan_id = any(${ids}::uuid[]) or f.referral_id = any(${ids}::uuid[]))`;
  const moved = event.type === 'follow_up.moved';
  if (moved) {
    // Locked, it does not move again meanwhile, and what is read below is how it stands.
    await run(work.trx, 'reminder.plan-for-event')`select from follow_up f where ${ofEvent} for share`;
    await correctWhatWasTold(workIn(work.trx, work.deps, ctx), ofEvent);
  }
  for (const kind of plannedKinds.filter(({ subject }) => subject === 'follow_up'))
    await planBatch(
      work.trx,
      kind,
      { date, now: work.at },
      { of: sql`and ${ofEvent}`, ...(moved && { known: corrected }) },
    );
  await gatherBatch(work, date, sql`and r.subject_id in (select f.id from follow_up f where ${ofEvent})`);
}
