import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { timestamp, today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { assertAllowed, endingErrors } from './data-plan.rules.ts';
import type { DataPlanState, NewEnding } from './data-plan.schemas.ts';
import {
  type LockedPlan,
  lockPlan,
  type PlanDevice,
  stateOf,
  stopNumberOf,
  subjectsOf,
} from './locking.commands.ts';

/**
 * Ends a plan for good. On a device on loan, the number on its SIM stops (rule 9). It keeps its device,
 * for the story, and no longer counts as in it.
 * @throws Problem `not-found`, `invalid`, `data-plan-state`
 */
export async function endPlan(
  deps: Deps,
  ctx: Context,
  id: string,
  { endedOn = today(deps.clock), reason }: NewEnding,
): Promise<DataPlanState> {
  return command(deps, ctx, async (trx) => {
    const { plan, from } = await lockPlan(trx, id);
    assertAllowed(plan, 'end');
    const errors = endingErrors(endedOn, plan, today(deps.clock));
    if (errors.length) throw new Problem('invalid', { errors });
    const numberStopped = await end(trx, deps, ctx, plan, from, { endedOn, reason });
    return stateOf({ ...plan, status: 'ended', endedOn }, { device: from, numberStopped });
  });
}

async function end(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  { id, status }: LockedPlan,
  device: PlanDevice | null,
  { endedOn, reason }: { endedOn: string; reason: string },
): Promise<boolean> {
  const numberStopped = device ? await stopNumberOf(trx, deps, ctx, device) : false;
  await sql`/* data-plan.end */
    update data_plan set status = 'ended', ended_on = ${endedOn}, ended_reason = ${reason}, suspended_at = null,
      changed_at = ${timestamp(deps.clock)}
    where id = ${id}`.execute(trx);
  await recordEvent(trx, deps, ctx, {
    type: 'data_plan.ended',
    subjects: subjectsOf(id, [device]),
    values: { from: status, to: 'ended' },
    fields: ['reason'],
  });
  await completeTasksAbout(
    trx,
    deps,
    ctx,
    ['data_ending', 'suspend_sim'],
    [id, ...(device ? [device.id] : [])],
  );
  return numberStopped;
}
