import { sql } from 'kysely';
import { lockPatient } from '../patients/contact-point.commands.ts';
import { closeReferralsWhenDone } from '../referrals/closing.commands.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { cancelFollowUpsOf } from './follow-up.commands.ts';
import type { NewPatientPlan, NewSupportStop, PatientPlanGiven, SupportStopped } from './plan.schemas.ts';
import type { FollowUpStatus } from './support.rules.ts';

export type PlannedFollowUp = { id: string; step: string; dueOn: string; status: FollowUpStatus };

/** When a step `s` comes, on a working day: on or after its days from the start, or on or before its days ahead of the day it is due back. */
export const stepDay = (startsOn: unknown, dueOn: unknown) => sql`case s.counted_from
  when 'start' then working_day_from(${startsOn}::date + s.days) else working_day_before(${dueOn}::date - s.days + 1) end`;

/**
 * Begins a support plan and makes its follow-ups, counted from the civil date `from` (handover or
 * acceptance) and from the day the loan is due back: one statement, in the order of the steps.
 * The caller's event (`loan.issued`, `referral.accepted`) plans reminders that are due at once.
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
  },
): Promise<PlannedFollowUp[]> {
  const { patientId, loanId = null, referralId = null, versionId, from, dueOn = null } = input;
  const at = timestamp(deps.clock);
  const { rows } = await sql<PlannedFollowUp>`/* follow-up.plan */
    with p as (
      insert into patient_plan (id, patient_id, version_id, loan_id, referral_id, starts_on, created_at)
      values (${newId()}, ${patientId}, ${versionId}, ${loanId}, ${referralId}, ${from}, ${at}) returning id
    ), made as (
      insert into follow_up (id, patient_id, loan_id, referral_id, patient_plan_id, step, due_on, before_due, starts_at, minutes, way, lead_days, created_at, changed_at)
      select new_id(), ${patientId}, ${loanId}, ${referralId}, p.id, s.step, ${stepDay(from, dueOn)}, case when s.counted_from = 'due' then s.days end,
        s.starts_at, s.minutes, s.way, s.lead_days, ${at}, ${at}
      from support_plan_step s, p where s.version_id = ${versionId}
        and (s.counted_from = 'start' or working_day_before(${dueOn}::date - s.days + 1) > ${from}::date)
      returning id, step, due_on, status, starts_at
    )
    select id, step, due_on as "dueOn", status from made order by due_on, starts_at, step`.execute(trx);
  return rows;
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
    const made = await beginPlan(trx, deps, {
      patientId,
      referralId: referralId ?? undefined,
      versionId: plan.versionId,
      from: input.startsOn ?? day,
    });
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
    const { rows: referrals } = await sql<{ id: string }>`/* support.lock-referrals */
      select id from referral where patient_id = ${patientId} and status in ('waiting', 'active') order by id for no key update`.execute(
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
    await closeReferralsWhenDone(
      trx,
      deps,
      ctx,
      referrals.map(({ id }) => id),
    );
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
  const counts = await planAnew(trx, deps, id, plan.versionId);
  await recordGiven(trx, deps, ctx, { patientId, ...held }, plan, counts.planned);
  return { id, ...counts };
}

/** Cancels what is ahead and not yet settled with the person, and makes the steps of the other version that come after the rest: one statement. */
async function planAnew(
  trx: Trx,
  deps: Deps,
  id: string,
  versionId: string,
): Promise<Omit<PatientPlanGiven, 'id'>> {
  const at = timestamp(deps.clock);
  const { rows } = await sql<Omit<PatientPlanGiven, 'id'>>`/* patient-plan.plan-anew */
    with f as materialized (
      select f.id, f.due_on, f.supporter_id, f.status, f.status = 'planned' and not exists (
        select from reminder r where r.subject_id = f.id and r.reason in ('follow_up', 'changed') and r.status = 'said') as goes
      from follow_up f where f.patient_plan_id = ${id} and f.status <> 'cancelled' for update
    ), ended as (
      update follow_up set status = 'cancelled', changed_at = ${at} from f where follow_up.id = f.id and f.goes returning 1
    ), unsaid as (
      update reminder set status = 'cancelled' where status = 'standing' and reason in ('follow_up', 'changed')
        and subject_id in (select id from f where goes)
    ), p as (
      update patient_plan set version_id = ${versionId} where id = ${id} returning id, patient_id, referral_id, loan_id, starts_on
    ), step as (
      select s.*, p.id as plan_id, p.patient_id, p.referral_id, p.loan_id, ${stepDay(sql`p.starts_on`, sql`l.due_on`)} as day
      from p join support_plan_step s on s.version_id = ${versionId} left join loan l on l.id = p.loan_id and l.status = 'open'
    ), made as (
      insert into follow_up (id, patient_id, loan_id, referral_id, patient_plan_id, step, due_on, before_due, starts_at, minutes, way, lead_days, supporter_id, created_at, changed_at)
      select new_id(), patient_id, loan_id, referral_id, plan_id, step, day, case when counted_from = 'due' then days end, starts_at, minutes, way, lead_days,
        (select supporter_id from f where goes and supporter_id is not null order by due_on limit 1), ${at}, ${at}
      from step where day > greatest(${today(deps.clock)}::date, (select max(due_on) from f where not goes)) returning 1
    )
    select (select count(*)::int from made) as planned, (select count(*)::int from ended) as cancelled,
      (select count(*)::int from f where not goes and status in ('planned', 'confirmed')) as kept`.execute(
    trx,
  );
  return rows[0]!;
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
