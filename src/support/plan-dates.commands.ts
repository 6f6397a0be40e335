import { sql } from 'kysely';
import { correctWhatWasTold } from '../messages/correction.commands.ts';
import type { Context } from '../shared/actor.ts';
import { addDays, civilTime, timestamp, today } from '../shared/clock.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { type NewEvent, recordEvents } from '../shared/events.ts';
import { subjectsOf } from './follow-up.commands.ts';
import { askToAgree, moveTo, timesOf, writeFollowUps } from './planning.commands.ts';
import { lockDiary, type PlannedStep, stepDay, stepsJson } from './planning.queries.ts';
import { arrange, type Wanted } from './planning.rules.ts';

type Known = Wanted & {
  id: string;
  referralId: string | null;
  /** The day on which it stands. */
  was: string;
};
type Missed = { id: string; patientId: string; referralId: string | null; steps: PlannedStep[] };

/**
 * Puts the steps that are counted back from the day a loan is due on their days again, at a time that is free:
 * for the command that changes that day, in its transaction. What has no day any more, or none that is ahead,
 * is cancelled; a loan that had no date gets the steps that it missed. Unsaid reminders of the old days are taken back.
 * @param dueOn the civil date on which the loan is due now; null for a loan without one
 */
export async function moveDueSteps(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  loanId: string,
  dueOn: string | null,
): Promise<void> {
  const day = today(deps.clock);
  const { known, missed } = await readDueSteps(trx, loanId, dueOn, day);
  const going = known.filter((one) => one.dueOn !== null && one.dueOn > day && one.dueOn !== one.was);
  const ended = known.filter((one) => one.dueOn === null || one.dueOn <= day);
  const added = missed.flatMap(({ steps, patientId }) =>
    steps.map(({ dueOn }) => ({ patientId, supporterId: null, dueOn })),
  );
  const moving = [...going, ...ended].map(({ id }) => id);
  if (!moving.length && !added.length) return;
  const diary = await lockDiary(trx, deps, [...going, ...added], moving);
  const stands = new Map(going.map(({ id, was, startsAt }) => [id, `${was} ${startsAt}`]));
  const moved = arrange(going, diary, civilTime(deps.clock)).filter(
    ({ id, dueOn, startsAt }) => stands.get(id) !== `${dueOn} ${startsAt}`,
  );
  diary.taken.push(...moved);
  diary.crowd.push(...moved.map((one) => ({ ...one, count: 1 })));
  const made = missed.flatMap(({ steps, ...plan }) => timesOf(deps, { ...plan, loanId }, steps, diary));
  await moveTo(trx, deps, moved);
  await cancel(
    trx,
    deps,
    ctx,
    ended.map(({ id }) => id),
  );
  await writeFollowUps(trx, deps, made);
  if (added.length && !made.length) await askToAgree(trx, deps, ctx, missed[0]!.patientId);
  const says = ({ dueOn, startsAt }: Wanted) => ({ dueOn, startsAt });
  await recordEvents(trx, deps, ctx, [
    ...moved.map(
      (one): NewEvent => ({
        type: 'follow_up.moved',
        subjects: subjectsOf({ ...one, loanId }),
        values: says(one),
      }),
    ),
    ...ended.map(
      (one): NewEvent => ({
        type: 'follow_up.changed',
        subjects: subjectsOf({ ...one, loanId }),
        values: { to: 'cancelled' },
      }),
    ),
    ...made.map(
      (one): NewEvent => ({
        type: 'follow_up.added',
        subjects: subjectsOf({ ...one, loanId }),
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
  const { rows } = await sql<{ known: Known[]; missed: Missed[] }>`/* follow-up.due-steps */
    with known as materialized (
      select f.*, working_day_before(${dueOn}::date - f.before_due + 1) as day
      from follow_up f where f.loan_id = ${loanId} and f.before_due is not null and f.status in ('planned', 'confirmed') order by f.id for update
    ), s as (
      select s.*, h.id as plan_id, ${stepDay(sql`h.starts_on`, dueOn)} as day
      from patient_plan h join support_plan_step s on s.version_id = h.version_id and s.counted_from = 'due'
      where h.loan_id = ${loanId} and h.ended_at is null
        and not exists (select from follow_up f where f.patient_plan_id = h.id and f.before_due = s.days and f.status <> 'cancelled')
    )
    select coalesce((select json_agg(json_build_object('id', id, 'patientId', patient_id, 'referralId', referral_id, 'supporterId', supporter_id,
        'way', way, 'was', due_on, 'dueOn', day, 'startsAt', to_char(starts_at, 'HH24:MI'), 'minutes', minutes, 'back', true) order by day, starts_at, id) from known), '[]') as known,
      coalesce((select json_agg(json_build_object('id', h.id, 'patientId', h.patient_id, 'referralId', h.referral_id,
        'steps', ${stepsJson(sql`s where s.plan_id = h.id and day > ${day}::date`)})) from patient_plan h where h.loan_id = ${loanId} and h.ended_at is null), '[]') as missed`.execute(
    trx,
  );
  return rows[0]!;
}

async function cancel(trx: Trx, deps: Deps, ctx: Context, ids: string[]): Promise<void> {
  if (!ids.length) return;
  await sql`/* follow-up.cancel-due-steps */
    with unsaid as (
      update reminder set status = 'cancelled' where status = 'standing' and reason in ('follow_up', 'changed') and subject_id = any(${ids}::uuid[])
    )
    update follow_up set status = 'cancelled', why = 'ended', changed_at = ${timestamp(deps.clock)} where id = any(${ids}::uuid[])`.execute(
    trx,
  );
  await correctWhatWasTold(trx, deps, ctx, sql`f.id = any(${ids}::uuid[])`);
}

/** What someone who has just got another device is called about. */
const replacementStep = 'Getting started with the replacement';

type Replaced = {
  id: string;
  patientId: string;
  referralId: string | null;
  supporterId: string | null;
  dueOn: string;
};

/**
 * Plans a call two days after a person got a replacement, at a free time, in a way that they can use, unless their
 * support plan calls them in the week ahead anyway. Who has no plan that runs gets none. In the transaction of the replacement.
 */
export async function addReplacementCall(trx: Trx, deps: Deps, ctx: Context, loanId: string): Promise<void> {
  const day = today(deps.clock);
  const { rows } = await sql<Replaced>`/* follow-up.replacement-call */
    select h.id, h.patient_id as "patientId", h.referral_id as "referralId", working_day_from(${addDays(day, 2)}::date) as "dueOn",
      (select f.supporter_id from follow_up f where f.patient_id = h.patient_id and f.supporter_id is not null order by f.due_on desc, f.id desc limit 1) as "supporterId"
    from patient_plan h join patient p on p.id = h.patient_id
    where h.loan_id = ${loanId} and h.ended_at is null and p.contact_state not in ('withdrawn', 'deceased')
      and not exists (select from follow_up f where f.patient_id = h.patient_id and f.status in ('planned', 'confirmed') and f.due_on between ${day}::date and ${day}::date + 7)
    order by h.id desc limit 1`.execute(trx);
  if (!rows[0]) return;
  const { dueOn, ...plan } = rows[0];
  const step: PlannedStep = {
    step: replacementStep,
    dueOn,
    beforeDue: null,
    startsAt: '10:00',
    minutes: 20,
    way: 'phone',
    leadDays: 1,
  };
  const diary = await lockDiary(trx, deps, [{ ...plan, dueOn }]);
  const made = timesOf(deps, { ...plan, loanId }, [step], diary);
  await writeFollowUps(trx, deps, made);
  if (!made.length) await askToAgree(trx, deps, ctx, plan.patientId);
  await recordEvents(
    trx,
    deps,
    ctx,
    made.map(({ dueOn, startsAt, ...followUp }) => ({
      type: 'follow_up.added',
      subjects: subjectsOf({ ...followUp, loanId }),
      values: { step: replacementStep, dueOn, startsAt },
    })),
  );
}
