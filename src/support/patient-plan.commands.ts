import { sql } from 'kysely';
import { lockPatient } from '../people/contact-point.commands.ts';
import { type Context, systemContext } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { cancelFollowUpsOf } from './follow-up.commands.ts';
import type { NewPatientPlan, NewSupportStop, PatientPlanGiven, SupportStopped } from './plan.schemas.ts';
import { askToAgree, insertFollowUps, timesOf, writeFollowUps } from './planning.commands.ts';
import {
  lockDiary,
  type PlanDraft,
  type PlannedStep,
  readDraft,
  stepDay,
  stepsJson,
} from './planning.queries.ts';
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
  trx: Trx,
  deps: Deps,
  input: {
    patientId: string;
    loanId?: string | undefined;
    referralId?: string | undefined;
    versionId: string;
    from: string;
    dueOn?: string | null;
    draft?: PlanDraft;
  },
  ctx: Context = systemContext(newId()),
): Promise<PlannedFollowUp[]> {
  const { patientId, loanId = null, referralId = null, versionId, from, dueOn = null } = input;
  const at = timestamp(deps.clock);
  const { steps, diary } = input.draft ?? (await readDraft(trx, deps, { patientId, versionId, from, dueOn }));
  const plan = { id: newId(), patientId, loanId, referralId };
  const made = timesOf(deps, plan, steps, diary);
  await sql`/* follow-up.plan */
    with p as (
      insert into patient_plan (id, patient_id, version_id, loan_id, referral_id, starts_on, created_at)
      values (${plan.id}, ${patientId}, ${versionId}, ${loanId}, ${referralId}, ${from}, ${at})
    ) ${insertFollowUps(made, at)}`.execute(trx);
  if (steps.length && !made.length) await askToAgree(trx, deps, ctx, patientId);
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
  return command(deps, ctx, async (trx) => {
    const { contactState } = await lockPatient(trx, patientId);
    if (contactState === 'withdrawn' || contactState === 'deceased')
      throw new Problem('conflict', { detail: 'This person is not to be contacted any more.' });
    const plan = await planToGive(trx, input.planId);
    if (input.inPlaceOf) return changePatientPlan(trx, deps, ctx, patientId, input.inPlaceOf, plan);
    const { rows } = await sql<{ hasPlan: boolean; referralId: string | null }>`/* patient-plan.read */
      select exists (select from patient_plan p join follow_up f on f.patient_plan_id = p.id and f.status in ('planned', 'confirmed')
          where p.patient_id = ${patientId} and p.ended_at is null) as "hasPlan",
        (select id from referral where patient_id = ${patientId} and status = 'active' order by id desc limit 1) as "referralId"`.execute(
      trx,
    );
    if (rows[0]!.hasPlan)
      throw new Problem('conflict', { detail: 'They have a plan that runs. Give this one in its place.' });
    const day = today(deps.clock);
    if (input.startsOn && input.startsOn < day)
      throw invalid({ pointer: '/startsOn', message: 'This date is past. Give today or a later one.' });
    const { referralId } = rows[0]!;
    const made = await beginPlan(
      trx,
      deps,
      {
        patientId,
        referralId: referralId ?? undefined,
        versionId: plan.versionId,
        from: input.startsOn ?? day,
      },
      ctx,
    );
    await recordGiven(trx, deps, ctx, { patientId, referralId, loanId: null }, plan, made.length);
    const id = await newestPlanOf(trx, patientId);
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
  return command(deps, ctx, async (trx) => {
    await lockPatient(trx, patientId);
    await sql`/* support.lock-referrals */
      select from referral where patient_id = ${patientId} and status in ('waiting', 'active') order by id for no key update`.execute(
      trx,
    );
    const cancelled = await cancelFollowUpsOf(trx, deps, ctx, { patientId }, { by: 'wish', reason });
    if (!cancelled.followUpIds.length && !cancelled.endedPlans)
      throw new Problem('conflict', {
        detail: 'No follow-up is ahead and no plan runs: there is nothing to stop.',
      });
    await recordEvent(trx, deps, ctx, {
      type: 'patient.support_stopped',
      subjects: [['patient', patientId]],
      values: { count: cancelled.followUpIds.length },
      fields: ['reason'],
    });
    return { cancelledFollowUps: cancelled.followUpIds.length, endedPlans: cancelled.endedPlans };
  });
}

type PlanToGive = { versionId: string; name: string; version: number };

async function planToGive(trx: Trx, planId: string): Promise<PlanToGive> {
  const { rows } = await sql<PlanToGive>`/* support-plan.to-give */
    select v.id as "versionId", p.name, v.version from support_plan p join support_plan_version v on v.plan_id = p.id
    where p.id = ${planId} and p.retired_at is null order by v.version desc limit 1`.execute(trx);
  if (!rows[0]) throw invalid({ pointer: '/planId', message: 'There is no such plan to choose.' });
  return rows[0];
}

type Held = { versionId: string; referralId: string | null; loanId: string | null };

async function changePatientPlan(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  patientId: string,
  id: string,
  plan: PlanToGive,
): Promise<PatientPlanGiven> {
  const { rows } = await sql<Held>`/* patient-plan.lock */
    select version_id as "versionId", referral_id as "referralId", loan_id as "loanId" from patient_plan
    where id = ${id} and patient_id = ${patientId} and ended_at is null for no key update`.execute(trx);
  const held = rows[0];
  if (!held) throw invalid({ pointer: '/inPlaceOf', message: 'They have no such plan that runs.' });
  if (held.versionId === plan.versionId)
    throw new Problem('conflict', { detail: `They have version ${plan.version} of this plan already.` });
  const counts = await planAnew(trx, deps, ctx, id, held, plan.versionId);
  await recordGiven(trx, deps, ctx, { patientId, ...held }, plan, counts.planned);
  return { id, ...counts };
}

type Cleared = {
  patientId: string;
  supporterId: string | null;
  ended: string[];
  kept: number;
  steps: PlannedStep[];
};

/** Cancels what is ahead and not yet settled with the person, and makes the steps of the other version that come after the rest. */
async function planAnew(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  id: string,
  held: Held,
  versionId: string,
): Promise<Omit<PatientPlanGiven, 'id'>> {
  const at = timestamp(deps.clock);
  const { rows } = await sql<Cleared>`/* patient-plan.clear */
    with f as materialized (
      select f.id, f.due_on, f.supporter_id, f.status, f.status = 'planned' and not exists (
        select from reminder r where r.subject_id = f.id and r.reason in ('follow_up', 'changed') and r.status = 'said') as goes
      from follow_up f where f.patient_plan_id = ${id} and f.status <> 'cancelled' for update
    ), ended as (
      update follow_up set status = 'cancelled', changed_at = ${at} from f where follow_up.id = f.id and f.goes returning f.id
    ), unsaid as (
      update reminder set status = 'cancelled' where status = 'standing' and reason in ('follow_up', 'changed')
        and subject_id in (select id from f where goes)
    ), p as (
      update patient_plan set version_id = ${versionId} where id = ${id} returning patient_id, loan_id, starts_on
    ), s as (
      select s.*, ${stepDay(sql`p.starts_on`, sql`l.due_on`)} as day
      from p join support_plan_step s on s.version_id = ${versionId} left join loan l on l.id = p.loan_id and l.status = 'open'
    )
    select p.patient_id as "patientId", coalesce((select array_agg(id) from ended), '{}') as ended,
      (select supporter_id from f where goes and supporter_id is not null order by due_on limit 1) as "supporterId",
      (select count(*)::int from f where not goes and status in ('planned', 'confirmed')) as kept,
      ${stepsJson(sql`s where day > greatest(${today(deps.clock)}::date, (select max(due_on) from f where not goes))`)} as steps
    from p`.execute(trx);
  const { patientId, supporterId, ended, kept, steps } = rows[0]!;
  const whose = steps.map(({ dueOn }) => ({ patientId, supporterId, dueOn }));
  const diary = await lockDiary(trx, deps, whose, ended);
  const made = timesOf(deps, { ...held, id, patientId, supporterId }, steps, diary);
  await writeFollowUps(trx, deps, made);
  if (steps.length && !made.length) await askToAgree(trx, deps, ctx, patientId);
  return { planned: made.length, cancelled: ended.length, kept };
}

async function recordGiven(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  { patientId, referralId, loanId }: { patientId: string; referralId: string | null; loanId: string | null },
  { name, version }: PlanToGive,
  count: number,
): Promise<void> {
  await recordEvent(trx, deps, ctx, {
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
  const { rows } = await sql<{ id: string }>`
    select id from patient_plan where patient_id = ${patientId} order by id desc limit 1`.execute(trx);
  return rows[0]!.id;
}
