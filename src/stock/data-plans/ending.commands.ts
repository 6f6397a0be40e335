import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { takeBackEnding } from './data-ending.commands.ts';
import { assertPlanAction, endingErrors } from './data-plan.rules.ts';
import type { DataPlanState, NewEnding } from './data-plan.schemas.ts';
import {
  type LockedPlan,
  lockPlan,
  type PlanDevice,
  planStateOf,
  stopNumberOf,
  subjectsOfPlan,
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
  return command(deps, ctx, async (work) => {
    const { plan, from } = await lockPlan(work.trx, id);
    assertPlanAction(plan, 'end');
    const errors = endingErrors(endedOn, plan, work.today);
    if (errors.length) throw new Problem('invalid', { errors });
    const numberStopped = await end(work, plan, from, { endedOn, reason });
    return planStateOf({ ...plan, status: 'ended', endedOn }, { device: from, numberStopped });
  });
}

async function end(
  work: Work,
  { id, status }: LockedPlan,
  device: PlanDevice | null,
  { endedOn, reason }: { endedOn: string; reason: string },
): Promise<boolean> {
  const numberStopped = device ? await stopNumberOf(work, device) : false;
  await run(
    work.trx,
    'data-plan.end',
    work.trx
      .updateTable('data_plan')
      .set({
        status: 'ended',
        ended_on: endedOn,
        ended_reason: reason,
        suspended_at: null,
        changed_at: work.at,
      })
      .where('id', '=', id),
  );
  await recordEvent(work, {
    type: 'data_plan.ended',
    subjects: subjectsOfPlan(id, [device]),
    values: { from: status, to: 'ended' },
    fields: ['reason'],
  });
  await takeBackEnding(work, id, null);
  await completeTasksAbout(work, ['data_ending', 'suspend_sim'], [id, ...(device ? [device.id] : [])]);
  return numberStopped;
}
