import { sql } from 'kysely';
import { isOpenLoan } from '../lending/loans/loan.states.ts';
import { endingWith, takeBackUnsaid } from '../messages/kind.queries.ts';
import { lockPatient } from '../people/contact-point.commands.ts';
import { isAccepted } from '../referrals/referral.states.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { maybe, one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { cancelFollowUpsOf, stillSupporting } from './follow-up.commands.ts';
import { isAhead } from './follow-up.states.ts';
import type { NewPatientPlan, NewSupportStop, PatientPlanGiven, SupportStopped } from './plan.schemas.ts';
import { askToAgree, insertFollowUps, timesOf, writeFollowUps } from './planning.commands.ts';
import { lockDiary, type PlanDraft, PlannedStep, readDraft, stepDay, stepsJson } from './planning.queries.ts';
import { followUpMove } from './status.commands.ts';
import type { FollowUpStatus } from './support.rules.ts';

export type PlannedFollowUp = { id: string; step: string; dueOn: string; status: FollowUpStatus };

/**
 * Begins a support plan and makes its follow-ups, counted from the civil date `from` (handover or
 * acceptance) and from the day the loan is due back: each in a way that the person can use, at a time that is
 * free. Who alone makes contact gets none; a task asks to agree with them instead.
 * The caller's event (`loan.issued`, `referral.accepted`) plans reminders that are due at once.
 * @param input its `draft` as the caller's own statement read it, where it did
 */
export async function beginPlan(
  work: Work,
  input: {
    patientId: string;
    loanId?: string | undefined;
    referralId?: string | undefined;
    versionId: string;
    from: string;
    dueOn?: string | null;
    draft?: PlanDraft;
  },
): Promise<PlannedFollowUp[]> {
  const { patientId, loanId = null, referralId = null, versionId, from, dueOn = null } = input;
  const { trx, deps, at } = work;
  const { steps, diary } = input.draft ?? (await readDraft(trx, deps, { patientId, versionId, from, dueOn }));
  const plan = { id: newId(), patientId, loanId, referralId };
  const made = timesOf(deps, plan, steps, diary);
  await run(trx, 'follow-up.plan')`
    with p as (
      insert into patient_plan (id, patient_id, version_id, loan_id, referral_id, starts_on, created_at)
      values (${plan.id}, ${patientId}, ${versionId}, ${loanId}, ${referralId}, ${from}, ${at})
    ) ${insertFollowUps(made, at)}`;
  if (steps.length && !made.length) await askToAgree(work, patientId);
  return made.map(({ id, step, dueOn }) => ({ id, step, dueOn, status: 'planned' }));
}

/**
 * Gives a person a support plan, or another one (or its newer version) in place of the one that they have:
 * then what is ahead is planned anew in the same transaction, except what they confirmed or were told of,
 * and only the steps that come after that and after today are made.
 * @throws Problem `invalid`, `not-found`, `conflict` for a person who is not to be contacted, who has a plan already, or has this version
 */
export async function givePlan(
  deps: Deps,
  ctx: Context,
  patientId: string,
  input: NewPatientPlan,
): Promise<PatientPlanGiven> {
  return command(deps, ctx, async (work) => {
    const { contactState } = await lockPatient(work.trx, patientId);
    if (contactState === 'withdrawn' || contactState === 'deceased')
      throw new Problem('conflict', { detail: 'This person is not to be contacted any more.' });
    const plan = await planToGive(work.trx, input.planId);
    if (input.inPlaceOf) return changePatientPlan(work, patientId, input.inPlaceOf, plan);
    const row = await one(work.trx, 'patient-plan.read', {
      hasPlan: col.boolean,
      referralId: col.orNull(col.text),
    })`
      select exists (select from patient_plan p join follow_up f on f.patient_plan_id = p.id and ${isAhead('f')}
          where p.patient_id = ${patientId} and p.ended_at is null) as "hasPlan",
        (select id from referral where patient_id = ${patientId} and status = 'active' order by id desc limit 1) as "referralId"`;
    if (row.hasPlan)
      throw new Problem('conflict', { detail: 'They have a plan that runs. Give this one in its place.' });
    const day = work.today;
    if (input.startsOn && input.startsOn < day)
      throw invalid({ pointer: '/startsOn', message: 'This date is past. Give today or a later one.' });
    const { referralId } = row;
    const made = await beginPlan(work, {
      patientId,
      referralId: referralId ?? undefined,
      versionId: plan.versionId,
      from: input.startsOn ?? day,
    });
    await recordGiven(work, { patientId, referralId, loanId: null }, plan, made.length);
    const id = await newestPlanOf(work.trx, patientId);
    return { id, planned: made.length, cancelled: 0, kept: 0 };
  });
}

/**
 * Ends support because the person wishes it: every follow-up ahead is cancelled with what was to be said
 * of it, and their plans end, with the reason. Their loans stay as they are.
 * @throws Problem `not-found`, `conflict` when nothing is ahead
 */
export async function stopSupport(
  deps: Deps,
  ctx: Context,
  patientId: string,
  { reason }: NewSupportStop,
): Promise<SupportStopped> {
  return command(deps, ctx, async (work) => {
    await lockPatient(work.trx, patientId);
    await run(work.trx, 'support.lock-referrals')`
      select from referral where patient_id = ${patientId} and ${isAccepted()} order by id for no key update`;
    const cancelled = await cancelFollowUpsOf(work, { patientId }, { by: 'wish', reason });
    if (!cancelled.followUpIds.length && !cancelled.endedPlans)
      throw new Problem('conflict', {
        detail: 'No follow-up is ahead and no plan runs: there is nothing to stop.',
      });
    await recordEvent(work, {
      type: 'patient.support_stopped',
      subjects: [['patient', patientId]],
      values: { count: cancelled.followUpIds.length },
      fields: ['reason'],
    });
    return { cancelledFollowUps: cancelled.followUpIds.length, endedPlans: cancelled.endedPlans };
  });
}

const PlanToGive = { versionId: col.text, name: col.text, version: col.number };
type PlanToGive = RowOf<typeof PlanToGive>;

async function planToGive(trx: Trx, planId: string): Promise<PlanToGive> {
  const row = await maybe(trx, 'support-plan.to-give', PlanToGive)`
    select v.id as "versionId", p.name, v.version from support_plan p join support_plan_version v on v.plan_id = p.id
    where p.id = ${planId} and p.retired_at is null order by v.version desc limit 1`;
  if (!row) throw invalid({ pointer: '/planId', message: 'There is no such plan to choose.' });
  return row;
}

const Held = { versionId: col.text, referralId: col.orNull(col.text), loanId: col.orNull(col.text) };
type Held = RowOf<typeof Held>;

async function changePatientPlan(
  work: Work,
  patientId: string,
  id: string,
  plan: PlanToGive,
): Promise<PatientPlanGiven> {
  const held = await maybe(
    work.trx,
    'patient-plan.lock',
    work.trx
      .selectFrom('patient_plan')
      .select(['version_id as versionId', 'referral_id as referralId', 'loan_id as loanId'])
      .where('id', '=', id)
      .where('patient_id', '=', patientId)
      .where('ended_at', 'is', null)
      .forNoKeyUpdate(),
  );
  if (!held) throw invalid({ pointer: '/inPlaceOf', message: 'They have no such plan that runs.' });
  if (held.versionId === plan.versionId)
    throw new Problem('conflict', { detail: `They have version ${plan.version} of this plan already.` });
  const counts = await planAnew(work, id, held, plan.versionId);
  await recordGiven(work, { patientId, ...held }, plan, counts.planned);
  return { id, ...counts };
}

const Cleared = {
  patientId: col.text,
  supporterId: col.orNull(col.text),
  ended: col.listOf(col.text),
  kept: col.number,
  steps: col.listOf(col.object(PlannedStep)),
};

/** Cancels what is ahead and not yet settled with the person, and makes the steps of the other version that come after the rest. */
async function planAnew(
  work: Work,
  id: string,
  held: Held,
  versionId: string,
): Promise<Omit<PatientPlanGiven, 'id'>> {
  const { at } = work;
  const cleared = await one(work.trx, 'patient-plan.clear', Cleared)`
    with f as materialized (
      select f.id, f.due_on, f.supporter_id, f.status, f.status = 'planned' and not exists (
        select from reminder r where r.subject_id = f.id and r.reason in ${endingWith('follow_up')} and r.status = 'said') as goes
      from follow_up f where f.patient_plan_id = ${id} and f.status <> 'cancelled' for update
    ), ended as (
      ${followUpMove('cancelled', { from: sql`f x`, which: sql`f.id = x.id and x.goes`, set: sql`why = 'ended'`, at })} returning f.id
    ), unsaid as (
      ${takeBackUnsaid('follow_up', sql`subject_id in (select id from f where goes)`)}
    ), p as (
      update patient_plan set version_id = ${versionId} where id = ${id} returning patient_id, loan_id, starts_on
    ), s as (
      select s.*, ${stepDay(sql`p.starts_on`, sql`l.due_on`)} as day
      from p join support_plan_step s on s.version_id = ${versionId} left join loan l on l.id = p.loan_id and ${isOpenLoan('l')}
    )
    select p.patient_id as "patientId", coalesce((select array_agg(id) from ended), '{}') as ended,
      (select supporter_id from f where goes and supporter_id is not null order by due_on limit 1) as "supporterId",
      (select count(*)::int from f where not goes and ${isAhead('f')}) as kept,
      ${stepsJson(sql`s where day > greatest(${work.today}::date, (select max(due_on) from f where not goes))`)} as steps
    from p`;
  const { patientId, ended, kept, steps } = cleared;
  const supporterId = await stillSupporting(work.trx, cleared.supporterId);
  const whose = steps.map(({ dueOn }) => ({ patientId, supporterId, dueOn }));
  const diary = await lockDiary(work, whose, ended);
  const made = timesOf(work.deps, { ...held, id, patientId, supporterId }, steps, diary);
  await writeFollowUps(work, made);
  if (steps.length && !made.length) await askToAgree(work, patientId);
  return { planned: made.length, cancelled: ended.length, kept };
}

async function recordGiven(
  work: Work,
  { patientId, referralId, loanId }: { patientId: string; referralId: string | null; loanId: string | null },
  { name, version }: PlanToGive,
  count: number,
): Promise<void> {
  await recordEvent(work, {
    type: 'patient.support_plan_given',
    subjects: [
      ['patient', patientId],
      ...(referralId ? ([['referral', referralId]] as ['referral', string][]) : []),
      ...(loanId ? ([['loan', loanId]] as ['loan', string][]) : []),
    ],
    values: { plan: name, planVersion: version, count },
  });
}

async function newestPlanOf(trx: Trx, patientId: string): Promise<string> {
  const row = await one(
    trx,
    'patient-plan.newest-of',
    trx
      .selectFrom('patient_plan')
      .select('id')
      .where('patient_id', '=', patientId)
      .orderBy('id', 'desc')
      .limit(1),
  );
  return row.id;
}
