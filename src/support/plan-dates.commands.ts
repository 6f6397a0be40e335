import { sql } from 'kysely';
import { correctWhatWasTold } from '../messages/correction.commands.ts';
import { takeBackUnsaid } from '../messages/kind.queries.ts';
import { addDays, civilTime } from '../shared/clock.ts';
import type { Trx } from '../shared/database.ts';
import { type NewEvent, recordEvents } from '../shared/events.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { maybe, one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { stillSupporting, subjectsOfFollowUp } from './follow-up.commands.ts';
import { isAhead } from './follow-up.states.ts';
import { askToAgree, moveTo, timesOf, writeFollowUps } from './planning.commands.ts';
import { lockDiary, PlannedStep, stepDay, stepsJson } from './planning.queries.ts';
import { arrange, Wanted } from './planning.rules.ts';
import { followUpMove } from './status.commands.ts';

const Known = {
  ...Wanted,
  id: col.text,
  referralId: col.orNull(col.text),
  /** The day on which it stands. */
  was: col.text,
  /** Its new day; null for none. */
  dueOn: col.orNull(col.text),
};
type Known = RowOf<typeof Known>;
const Missed = {
  id: col.text,
  patientId: col.text,
  referralId: col.orNull(col.text),
  steps: col.listOf(col.object(PlannedStep)),
};
type Missed = RowOf<typeof Missed>;

/**
 * Puts the steps that are counted back from the day a loan is due on their days again, at a time that is free:
 * for the command that changes that day, in its transaction. What has no day any more, or none that is ahead,
 * is cancelled; a loan that had no date gets the steps that it missed. Unsaid reminders of the old days are taken back.
 * @param dueOn the civil date on which the loan is due now; null for a loan without one
 */
export async function moveDueSteps(work: Work, loanId: string, dueOn: string | null): Promise<void> {
  const day = work.today;
  const { known, missed } = await readDueSteps(work.trx, loanId, dueOn, day);
  const going = known.flatMap(({ dueOn, ...one }) =>
    dueOn !== null && dueOn > day && dueOn !== one.was ? { ...one, dueOn } : [],
  );
  const ended = known.filter((one) => one.dueOn === null || one.dueOn <= day);
  const added = missed.flatMap(({ steps, patientId }) =>
    steps.map(({ dueOn }) => ({ patientId, supporterId: null, dueOn })),
  );
  const moving = [...going, ...ended].map(({ id }) => id);
  if (!moving.length && !added.length) return;
  const diary = await lockDiary(work, [...going, ...added], moving);
  const stands = new Map(going.map(({ id, was, startsAt }) => [id, `${was} ${startsAt}`]));
  const moved = arrange(going, diary, civilTime(work.deps.clock)).filter(
    ({ id, dueOn, startsAt }) => stands.get(id) !== `${dueOn} ${startsAt}`,
  );
  diary.taken.push(...moved);
  diary.crowd.push(...moved.map((one) => ({ ...one, count: 1 })));
  const made = missed.flatMap(({ steps, ...plan }) => timesOf(work.deps, { ...plan, loanId }, steps, diary));
  await moveTo(work, moved, 'dates_moved');
  await cancel(
    work,
    ended.map(({ id }) => id),
  );
  await writeFollowUps(work, made);
  if (added.length && !made.length) await askToAgree(work, missed[0]!.patientId);
  const says = ({ dueOn, startsAt }: Wanted) => ({ dueOn, startsAt });
  await recordEvents(work, [
    ...moved.map(
      (one): NewEvent => ({
        type: 'follow_up.moved',
        subjects: subjectsOfFollowUp({ ...one, loanId }),
        values: { ...says(one), why: 'dates_moved' },
      }),
    ),
    ...ended.map(
      (one): NewEvent => ({
        type: 'follow_up.changed',
        subjects: subjectsOfFollowUp({ ...one, loanId }),
        values: { to: 'cancelled' },
      }),
    ),
    ...made.map(
      (one): NewEvent => ({
        type: 'follow_up.added',
        subjects: subjectsOfFollowUp({ ...one, loanId }),
        values: says(one),
      }),
    ),
  ]);
}

/** The steps counted back that are ahead, locked, each with its new day, null for none; and those that are missing, by plan. */
async function readDueSteps(
  trx: Trx,
  loanId: string,
  dueOn: string | null,
  day: string,
): Promise<{ known: Known[]; missed: Missed[] }> {
  return one(trx, 'follow-up.due-steps', {
    known: col.listOf(col.object(Known)),
    missed: col.listOf(col.object(Missed)),
  })`
    with known as materialized (
      select f.*, working_day_before(${dueOn}::date - f.before_due + 1) as day
      from follow_up f where f.loan_id = ${loanId} and f.before_due is not null and ${isAhead('f')} order by f.id for update
    ), s as (
      select s.*, h.id as plan_id, ${stepDay(sql`h.starts_on`, dueOn)} as day
      from patient_plan h join support_plan_step s on s.version_id = h.version_id and s.counted_from = 'due'
      where h.loan_id = ${loanId} and h.ended_at is null
        and not exists (select from follow_up f where f.patient_plan_id = h.id and f.before_due = s.days and f.status <> 'cancelled')
    )
    select coalesce((select json_agg(json_build_object('id', id, 'patientId', patient_id, 'referralId', referral_id, 'supporterId', supporter_id,
        'way', way, 'was', due_on, 'dueOn', day, 'startsAt', to_char(starts_at, 'HH24:MI'), 'minutes', minutes, 'back', true) order by day, starts_at, id) from known), '[]') as known,
      coalesce((select json_agg(json_build_object('id', h.id, 'patientId', h.patient_id, 'referralId', h.referral_id,
        'steps', ${stepsJson(sql`s where s.plan_id = h.id and day > ${day}::date`)})) from patient_plan h where h.loan_id = ${loanId} and h.ended_at is null), '[]') as missed`;
}

async function cancel(work: Work, ids: string[]): Promise<void> {
  if (!ids.length) return;
  await run(work.trx, 'follow-up.cancel-due-steps')`
    with unsaid as (
      ${takeBackUnsaid('follow_up', sql`subject_id = any(${ids}::uuid[])`)}
    )
    ${followUpMove('cancelled', {
      which: sql`f.id = any(${ids}::uuid[])`,
      set: sql`why = 'ended'`,
      at: work.at,
    })}`;
  await correctWhatWasTold(work, sql`f.id = any(${ids}::uuid[])`);
}

/** What someone who has just got another device is called about. */
const replacementStep = 'Getting started with the replacement';

const Replaced = {
  id: col.text,
  patientId: col.text,
  referralId: col.orNull(col.text),
  supporterId: col.orNull(col.text),
  dueOn: col.text,
};

/**
 * Plans a call two days after a person got a replacement, at a free time, in a way that they can use, unless their
 * support plan calls them in the week ahead anyway. Who has no plan that runs gets none. In the transaction of the replacement.
 */
export async function addReplacementCall(work: Work, loanId: string): Promise<void> {
  const day = work.today;
  const row = await maybe(work.trx, 'follow-up.replacement-call', Replaced)`
    select h.id, h.patient_id as "patientId", h.referral_id as "referralId", working_day_from(${addDays(day, 2)}::date) as "dueOn",
      (select f.supporter_id from follow_up f where f.patient_id = h.patient_id and f.supporter_id is not null order by f.due_on desc, f.id desc limit 1) as "supporterId"
    from patient_plan h join patient p on p.id = h.patient_id
    where h.loan_id = ${loanId} and h.ended_at is null and p.contact_state not in ('withdrawn', 'deceased')
      and not exists (select from follow_up f where f.patient_id = h.patient_id and ${isAhead('f')} and f.due_on between ${day}::date and ${day}::date + 7)
    order by h.id desc limit 1`;
  if (!row) return;
  const { dueOn, ...rest } = row;
  const plan = { ...rest, supporterId: await stillSupporting(work.trx, row.supporterId) };
  const step: PlannedStep = {
    step: replacementStep,
    dueOn,
    beforeDue: null,
    startsAt: '10:00',
    minutes: 20,
    way: 'phone',
    leadDays: 1,
  };
  const diary = await lockDiary(work, [{ ...plan, dueOn }]);
  const made = timesOf(work.deps, { ...plan, loanId }, [step], diary);
  await writeFollowUps(work, made);
  if (!made.length) await askToAgree(work, plan.patientId);
  await recordEvents(
    work,
    made.map(({ dueOn, startsAt, ...followUp }) => ({
      type: 'follow_up.added',
      subjects: subjectsOfFollowUp({ ...followUp, loanId }),
      values: { step: replacementStep, dueOn, startsAt },
    })),
  );
}
