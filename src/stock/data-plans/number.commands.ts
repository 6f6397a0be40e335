import { stopNumbersOnDevices } from '../../people/patient.commands.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp } from '../../shared/clock.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { type Follower, idsOf } from '../../shared/follow-on.ts';
import { createTasks } from '../../tasks/task.commands.ts';

/** Stops the numbers of people whose devices events say have left them, as `stopNumbers` does; of a device that stays on loan it stays. */
export const stopNumbersWithDevices: Follower = (trx, deps, ctx, events) => {
  const left = events.filter(({ values }) => !('status' in values && values.status === 'on_loan'));
  const held = left.flatMap((event) =>
    idsOf([event], 'patient').flatMap((patientId) =>
      idsOf([event], 'device').map((deviceId) => ({ patientId, deviceId })),
    ),
  );
  return stopNumbers(trx, deps, ctx, held);
};

/** What follows for the people when items end: a number that stops with its device, with a task to ask for another way. */
export async function stopNumbers(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  held: { patientId: string; deviceId: string }[],
): Promise<void> {
  if (!held.length) return;
  const stopped = await stopNumbersOnDevices(trx, held, timestamp(deps.clock));
  await createTasks(
    trx,
    deps,
    ctx,
    stopped.map((patientId) => ({
      kind: 'number_stopped',
      subjectType: 'patient',
      subjectId: patientId,
      patientId,
    })),
  );
}
