import { type RawBuilder, sql } from 'kysely';
import { mayDecide } from '../../access/decider.queries.ts';
import { dbsDueBy } from '../../access/staff.rules.ts';
import { isOpenLoan } from '../../lending/loans/loan.states.ts';
import { overdueWords } from '../../messages/reminder.rules.ts';
import { isOpenReferral } from '../../referrals/referral.states.ts';
import { isLate } from '../../referrals/triage.queries.ts';
import { calendarId } from '../../scheme/calendar/calendar.rules.ts';
import { systemContext } from '../../shared/actor.ts';
import { addDays } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import type { SubjectType } from '../../shared/events.ts';
import { type Follower, idsOf } from '../../shared/follow-on.ts';
import { newId } from '../../shared/ids.ts';
import type { Report } from '../../shared/progress.ts';
import { col } from '../../shared/rows.ts';
import { countOf, each, many } from '../../shared/statements.ts';
import { isToCome } from '../../support/drop-in.queries.ts';
import { maySupport } from '../../support/follow-up.queries.ts';
import { isAhead } from '../../support/follow-up.states.ts';
import { reviewDue } from '../../support/guide.queries.ts';
import { askStaff, taskBatch } from '../../tasks/ask.commands.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import type { TaskKind } from '../../tasks/task.rules.ts';

/** What staff have settled and still is so is asked again after so many days. */
const askAgainAfter = 30;
/** Days that a device may be in preparation. */
const preparationDays = 14;
/** Days ahead on which new bank holidays are asked for. */
const holidayNotice = 90;

/** That open work is still of a member of staff `s` who may no longer do it, on a civil date. */
const hasWorkLeft = (date: string) => sql`(
  (not ${mayDecide} and exists (select from referral r where r.assigned_to = s.id and ${isOpenReferral('r')}))
  or (not ${maySupport} and (exists (select from follow_up f where f.supporter_id = s.id and ${isAhead('f')})
    or exists (select from drop_in d where d.supporter_id = s.id and ${isToCome(date)}))))`;

/** What the night looks at, and asks staff about: `id` of the subject and `patient_id`, on a civil date. */
export const watches = [
  {
    step: 'loans-long-overdue',
    words: 'Loans three weeks overdue: tasks',
    kind: 'loan_overdue',
    subjectType: 'loan',
    of: (date) => sql`select l.id, l.patient_id from loan l
      where ${isOpenLoan('l')} and l.due_on <= ${addDays(date, -overdueWords[2])}::date`,
  },
  {
    step: 'contacts-to-check-again',
    words: 'Ways of contact to check again: tasks',
    kind: 'recheck_contact',
    subjectType: 'patient',
    of: (
      date,
    ) => sql`select distinct p.id, p.id as patient_id from contact_point c join patient p on p.id = c.patient_id
      where c.recheck_due <= ${date}::date and c.safe and c.stopped_at is null and p.merged_into is null
        and p.contact_state in ('open', 'paused')`,
  },
  {
    step: 'referrals-late',
    words: 'Referrals that wait too long: tasks',
    kind: 'referral_late',
    subjectType: 'referral',
    of: (date) => sql`select r.id, r.patient_id from referral r where ${isLate(date)}`,
  },
  {
    step: 'preparation-late',
    words: 'Devices in preparation for too long: tasks',
    kind: 'preparation_late',
    subjectType: 'device',
    of: (date) => sql`select d.id, null::uuid as patient_id from device d
      where d.status = 'in_preparation' and d.cycle_started_on <= ${addDays(date, -preparationDays)}::date`,
  },
  {
    step: 'dbs-checks-due',
    words: 'DBS checks to repeat: tasks',
    kind: 'dbs_due',
    subjectType: 'staff',
    of: (date) => sql`select s.id, null::uuid as patient_id from staff s
      where s.role = 'supporter' and s.suspended_at is null and s.dbs_checked_on <= ${dbsDueBy(date)}::date`,
  },
  {
    step: 'work-of-who-left',
    words: 'Work of who has left: tasks',
    kind: 'work_of_who_left',
    subjectType: 'staff',
    of: (date) => sql`select s.id, null::uuid as patient_id from staff s where ${hasWorkLeft(date)}`,
  },
  {
    step: 'guides-to-review',
    words: 'Guides to look at again: tasks',
    kind: 'guide_review',
    subjectType: 'guide',
    of: (date) => sql`select g.id, null::uuid as patient_id from guide g where ${reviewDue(date)}`,
  },
  {
    step: 'calendar-ends',
    words: 'Bank holidays that run out: tasks',
    kind: 'calendar_ends',
    subjectType: 'calendar',
    of: (date) => sql`select ${calendarId}::uuid as id, null::uuid as patient_id
      where coalesce((select max(day) from bank_holiday), '-infinity') < ${addDays(date, holidayNotice)}::date`,
  },
] as const satisfies {
  step: string;
  words: string;
  kind: TaskKind;
  subjectType: SubjectType;
  of(date: string): RawBuilder<unknown>;
}[];

type Watch = (typeof watches)[number];

const unasked = ({ kind, of }: Watch, date: string) => sql`
  (${of(date)}) x where not exists (
    select from task t where t.kind = ${kind} and t.subject_id = x.id
      and (t.status = 'open' or t.created_at > ${addDays(date, -askAgainAfter)}::timestamp at time zone 'Europe/London'))`;

/**
 * Makes a task for each thing that a watch finds on a civil date and nobody was asked about of late, and
 * settles the tasks of what is right again. In batches; run again it changes nothing.
 * @returns how many tasks it made
 */
export async function askOf(deps: Deps, watch: Watch, date: string, report?: Report): Promise<number> {
  await settleThoseRight(deps, watch, date);
  const found = sql`
    select x.id, x.patient_id as "patientId" from ${unasked(watch, date)} order by x.id limit ${taskBatch}`;
  return askStaff(deps, { ...watch, requestId: newId() }, found, report);
}

/** How many tasks `askOf` would make. */
export async function countToAsk(deps: Deps, watch: Watch, date: string): Promise<number> {
  return countOf(deps.db, each('watch.count-to-ask'))`from ${unasked(watch, date)}`;
}

async function settleThoseRight(deps: Deps, { kind, of }: Watch, date: string): Promise<void> {
  const ctx = systemContext(newId());
  for (;;) {
    const settled = await command(deps, ctx, async (work) => {
      const rows = await many(work.trx, 'watch.settle-those-right', { id: col.text })`
        select t.subject_id as id from task t where t.kind = ${kind} and t.status = 'open'
          and not exists (select from (${of(date)}) x where x.id = t.subject_id) order by t.id limit ${taskBatch}`;
      const ids = rows.map(({ id }) => id);
      return (await completeTasksAbout(work, [kind], ids)).length;
    });
    if (settled < taskBatch) return;
  }
}

/** Settles what the night asked of supporters' checks, where a newer one is written down now or none is needed any more. */
export const settleChecksOfStaff: Follower = async (work, events) => {
  const rows = await many(work.trx, 'staff.checked', { id: col.text })`
    select id from staff where id = any(${idsOf(events, 'staff')}::uuid[])
      and (dbs_checked_on > ${dbsDueBy(work.today)}::date or role <> 'supporter' or suspended_at is not null)`;
  await completeTasksAbout(
    work,
    ['dbs_due'],
    rows.map(({ id }) => id),
  );
};

/** Settles what the night asked of work that is still of someone who may no longer do it, once it is given on. */
export const settleWorkGivenOn: Follower = async (work, events) => {
  const rows = await many(work.trx, 'staff.without-work', { id: col.text })`
    select s.id from staff s where s.id = any(${idsOf(events, 'staff')}::uuid[]) and not ${hasWorkLeft(work.today)}`;
  await completeTasksAbout(
    work,
    ['work_of_who_left'],
    rows.map(({ id }) => id),
  );
};
