import { isOut } from '../../lending/loans/loan.states.ts';
import type { Context } from '../../shared/actor.ts';
import { readIccid } from '../../shared/codes.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { type NewEvent, recordEvent } from '../../shared/events.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { maybe, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { noSuchDevice, readDeviceName } from '../devices/naming.rules.ts';
import { inUse } from './data-plan.commands.ts';
import { findPlanByIccid } from './data-plan.queries.ts';
import { assertPlanAction, assertTakesSim } from './data-plan.rules.ts';
import type { DataPlanState, NewFitting, NewRemoval } from './data-plan.schemas.ts';
import { isInUse } from './data-plan.states.ts';
import { lockPlan, planStateOf, stopNumberOf, subjectsOfPlan } from './locking.commands.ts';

/**
 * Puts a SIM into a device: from the drawer, or out of another device. On the way from one device of a
 * person's open loan to another of theirs the number goes on; otherwise it stops with the device it
 * leaves (rule 9).
 * @throws Problem `not-found`, `invalid`, `data-plan-state`, `data-plan-in-use`, `device-move-refused`
 */
export async function fitPlan(
  deps: Deps,
  ctx: Context,
  id: string,
  input: NewFitting,
): Promise<DataPlanState> {
  const { name, errors } = readDeviceName(input);
  if (errors.length) throw new Problem('invalid', { errors });
  return command(deps, ctx, async (work) => {
    const { plan, from, to, justFitted } = await lockPlan(work.trx, id, name);
    if (!to) throw invalid(noSuchDevice(name));
    assertPlanAction(plan, 'fit');
    assertTakesSim(to);
    if (from?.id === to.id)
      throw new Problem('data-plan-state', { detail: `It is in ${to.assetTag} already.`, dataPlanId: id });
    if (justFitted) throw await inUse(work.trx, plan.iccid, null);
    if (to.planId) throw await inUse(work.trx, null, to.id);
    const stays = from?.loan?.patientId && from.loan.patientId === to.loan?.patientId;
    const numberStopped = from && !stays ? await stopNumberOf(work, from) : false;
    await run(
      work.trx,
      'data-plan.fit',
      work.trx.updateTable('data_plan').set({ device_id: to.id, changed_at: work.at }).where('id', '=', id),
    );
    const subjects = subjectsOfPlan(id, [from, to]);
    const { network, expiresOn } = plan;
    const event: NewEvent = from
      ? {
          type: 'data_plan.moved',
          subjects,
          values: { network, expiresOn, assetTags: [from.assetTag, to.assetTag] },
        }
      : { type: 'data_plan.fitted', subjects, values: { network, expiresOn, assetTag: to.assetTag } };
    await recordEvent(work, event);
    if (from) await completeTasksAbout(work, ['suspend_sim'], [from.id]);
    if (from && !to.loan) await completeTasksAbout(work, ['data_ending'], [id]);
    const warnings =
      plan.expiresOn && plan.expiresOn <= work.today ? ['Its data has run out. Renew it.'] : [];
    return { ...planStateOf(plan, { device: to, numberStopped }), warnings };
  });
}

/**
 * Fits the SIM that was scanned from the drawer to a device. One that is in another device is moved from
 * its own page, where it is said what that does.
 * @throws Problem `invalid`, and what `fitPlan` throws
 */
export async function fitScannedSim(
  deps: Deps,
  ctx: Context,
  deviceId: string,
  code: string,
): Promise<DataPlanState> {
  const plan = await findPlanByIccid(deps.db, readIccid(code) ?? '');
  const refuse = (message: string) => invalid({ pointer: '/sim', message });
  if (!plan) throw refuse('No SIM with this number is recorded. Add it as a new data plan.');
  if (plan.assetTag)
    throw refuse(`This SIM is in ${plan.assetTag}. Take it out there first, or move it from its own page.`);
  return fitPlan(deps, ctx, plan.id, { deviceId });
}

/**
 * Takes a SIM out of its device: it lies in the drawer from now on. Out of a device on loan, the number
 * on it stops (rule 9).
 * @throws Problem `not-found`, `data-plan-state`
 */
export async function removePlan(
  deps: Deps,
  ctx: Context,
  id: string,
  input: NewRemoval,
): Promise<DataPlanState> {
  return command(deps, ctx, async (work) => {
    const { plan, from } = await lockPlan(work.trx, id);
    assertPlanAction(plan, 'remove');
    const numberStopped = await stopNumberOf(work, from!);
    await run(
      work.trx,
      'data-plan.remove',
      work.trx
        .updateTable('data_plan')
        .set({ device_id: null, removed_reason: input.reason ?? null, changed_at: work.at })
        .where('id', '=', id),
    );
    await recordEvent(work, {
      type: 'data_plan.removed',
      subjects: subjectsOfPlan(id, [from]),
      values: { assetTag: from!.assetTag },
      fields: input.reason ? ['reason'] : [],
    });
    await completeTasksAbout(work, ['data_ending', 'suspend_sim'], [id, from!.id]);
    return planStateOf(plan, { device: null, numberStopped });
  });
}

/**
 * Moves the SIM of a device that is replaced into the one that takes its place on the same loan, inside
 * the replacement's own transaction, which has locked both devices. The number goes on: call it before
 * `stopNumbers`, which stops what is still in the old device.
 * @returns the plan that moved; null when there is none, or the other device has one of its own
 */
export async function movePlan(
  work: Work,
  fromDeviceId: string,
  toDeviceId: string,
): Promise<{ id: string; expiresOn: string | null } | null> {
  const moved = await maybe(work.trx, 'data-plan.move', {
    id: col.text,
    network: col.text,
    expiresOn: col.orNull(col.text),
    assetTags: col.listOf(col.text),
    loanId: col.orNull(col.text),
  })`
    update data_plan s set device_id = ${toDeviceId}::uuid, changed_at = ${work.at}::timestamptz
    from device f, device t
    where s.device_id = ${fromDeviceId}::uuid and ${isInUse('s')} and f.id = ${fromDeviceId}::uuid and t.id = ${toDeviceId}::uuid
      and not exists (select from data_plan o where o.device_id = ${toDeviceId}::uuid and ${isInUse('o')})
    returning s.id, s.network, s.expires_on as "expiresOn", array[f.asset_tag, t.asset_tag] as "assetTags",
      (select i.loan_id from loan_item i where i.device_id = any(array[f.id, t.id]) and ${isOut('i')} limit 1) as "loanId"`;
  if (!moved) return null;
  const { id, network, expiresOn, assetTags, loanId } = moved;
  await recordEvent(work, {
    type: 'data_plan.moved',
    subjects: [
      ['data_plan', id],
      ['device', fromDeviceId],
      ['device', toDeviceId],
      ...(loanId ? ([['loan', loanId]] as ['loan', string][]) : []),
    ],
    values: { network, expiresOn, assetTags },
  });
  return { id, expiresOn };
}
