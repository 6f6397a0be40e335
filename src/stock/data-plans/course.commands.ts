import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { completeTasksAbout, completeTasksOf } from '../../tasks/task.commands.ts';
import { takeBackEnding } from './data-ending.commands.ts';
import {
  activationErrors,
  allowedPlanActions,
  assertPlanAction,
  expiryOf,
  renewalOf,
} from './data-plan.rules.ts';
import type { DataPlanState, NewActivation, NewRenewal, NewSuspension } from './data-plan.schemas.ts';
import {
  fittedPlanId,
  type LockedPlan,
  lockPlan,
  type PlanDevice,
  planStateOf,
  subjectsOfPlan,
} from './locking.commands.ts';

/**
 * Starts the clock of a plan, once: its months count from the day on which the SIM was activated.
 * @throws Problem `not-found`, `invalid`, `data-plan-state`
 */
export async function activatePlan(
  deps: Deps,
  ctx: Context,
  id: string,
  { activatedOn }: NewActivation,
): Promise<DataPlanState> {
  const errors = activationErrors(activatedOn, today(deps.clock));
  if (errors.length) throw new Problem('invalid', { errors });
  return command(deps, ctx, async (work) => {
    const { plan, from } = await lockPlan(work.trx, id);
    assertPlanAction(plan, 'activate');
    const row = await one(
      work.trx,
      'course.activate-plan',
      work.trx.selectFrom('data_plan').select('duration_months as durationMonths').where('id', '=', id),
    );
    const expiresOn = expiryOf(activatedOn, row.durationMonths);
    await run(
      work.trx,
      'data-plan.activate',
      work.trx
        .updateTable('data_plan')
        .set({ activated_on: activatedOn, expires_on: expiresOn, changed_at: work.at })
        .where('id', '=', id),
    );
    await recordEvent(work, {
      type: 'data_plan.activated',
      subjects: subjectsOfPlan(id, [from]),
      values: { from: plan.status, to: 'active', activatedOn, expiresOn },
    });
    return planStateOf({ ...plan, status: 'active', activatedOn, expiresOn }, { device: from });
  });
}

/**
 * Makes a plan run longer.
 * @throws Problem `not-found`, `invalid`, `data-plan-state` before it is activated
 */
export async function renewPlan(
  deps: Deps,
  ctx: Context,
  id: string,
  input: NewRenewal,
): Promise<DataPlanState> {
  return command(deps, ctx, async (work) => {
    const { plan, from } = await lockPlan(work.trx, id);
    assertPlanAction(plan, 'renew');
    const { activatedOn, expiresOn: before } = plan;
    const dates = { activatedOn: activatedOn!, expiresOn: before! };
    const { expiresOn } = renewalOf(dates, input, work.today);
    await run(
      work.trx,
      'data-plan.renew',
      work.trx
        .updateTable('data_plan')
        .set({ expires_on: expiresOn, changed_at: work.at })
        .where('id', '=', id),
    );
    await recordEvent(work, {
      type: 'data_plan.renewed',
      subjects: subjectsOfPlan(id, [from]),
      values: { durationMonths: input.months, expiresOn },
    });
    await takeBackEnding(work, id, expiresOn);
    await completeTasksAbout(work, ['data_ending'], [id]);
    if (from?.loan?.patientId) await completeTasksOf(work, ['said_run_out'], [from.loan.patientId]);
    return planStateOf({ ...plan, expiresOn }, { device: from });
  });
}

/**
 * Suspends a SIM, such as of a device that is lost for now. The number on it stays a way to reach the person.
 * @throws Problem `not-found`, `data-plan-state`
 */
export async function suspendPlan(
  deps: Deps,
  ctx: Context,
  id: string,
  { reason }: NewSuspension,
): Promise<DataPlanState> {
  return command(deps, ctx, async (work) => {
    const { plan, from } = await lockPlan(work.trx, id);
    assertPlanAction(plan, 'suspend');
    await suspend(work, plan, from, reason);
    return planStateOf({ ...plan, status: 'suspended' }, { device: from });
  });
}

/**
 * Puts a suspended SIM back into use.
 * @throws Problem `not-found`, `data-plan-state`
 */
export async function resumePlan(deps: Deps, ctx: Context, id: string): Promise<DataPlanState> {
  return command(deps, ctx, async (work) => {
    const { plan, from } = await lockPlan(work.trx, id);
    assertPlanAction(plan, 'resume');
    const status = plan.activatedOn ? 'active' : 'not_started';
    await run(
      work.trx,
      'data-plan.resume',
      work.trx
        .updateTable('data_plan')
        .set({ status: 'active', suspended_at: null, suspended_reason: null, changed_at: work.at })
        .where('id', '=', id),
    );
    await recordEvent(work, {
      type: 'data_plan.resumed',
      subjects: subjectsOfPlan(id, [from]),
      values: { from: 'suspended', to: status },
    });
    return planStateOf({ ...plan, status }, { device: from });
  });
}

/**
 * Suspends the SIM in a device, as an incident asks for, inside the transaction of that and after the
 * device is locked. The number on it stays as it is.
 * @returns the plan; null when the device has none, or it is suspended already
 */
export async function suspendPlanOf(
  work: Work,
  deviceId: string,
  { reason }: { reason: string },
): Promise<{ id: string } | null> {
  const found = await fittedPlanId(work.trx, deviceId);
  if (!found) return null;
  const { plan, from } = await lockPlan(work.trx, found);
  if (allowedPlanActions(plan).suspend !== true) return null;
  await suspend(work, plan, from, reason);
  return { id: plan.id };
}

async function suspend(
  work: Work,
  { id, status }: LockedPlan,
  device: PlanDevice | null,
  reason: string,
): Promise<void> {
  const { at } = work;
  await run(work.trx, 'data-plan.suspend')`
    update data_plan set status = 'suspended', suspended_at = ${at}::timestamptz, suspended_reason = ${reason}, changed_at = ${at}::timestamptz
    where id = ${id}`;
  await recordEvent(work, {
    type: 'data_plan.suspended',
    subjects: subjectsOfPlan(id, [device]),
    values: { from: status, to: 'suspended' },
    fields: ['reason'],
  });
  if (device) await completeTasksAbout(work, ['suspend_sim'], [device.id]);
}
