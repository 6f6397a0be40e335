import { stopNumbersOnDevices } from '../../people/patient.commands.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp } from '../../shared/clock.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { type Follower, idsOf } from '../../shared/follow-on.ts';
import { createTasks } from '../../tasks/task.commands.ts';

/** Stops the numbers of people whose devices events say have left them, as `stopNumbers` does; of a device that stays on loan it stays. */
export const stopNumbersWithDevices: Follower = async (trx, deps, ctx, events) => {
  const left = events.filter(({ values }) => !('status' in values && values.status === 'on_loan'));
  const items = left.flatMap((event) =>
    idsOf([event], 'device').map((deviceId) => ({ loanId: idsOf([event], 'loan')[0] ?? '', deviceId })),
  );
  const loans = left.map((event) => ({
    id: idsOf([event], 'loan')[0] ?? '',
    patientId: idsOf([event], 'patient')[0] ?? null,
  }));
  await stopNumbers(trx, deps, ctx, loans, items);
};

/** What follows for the people when items end: a number that stops with its device, with a task to ask for another way. */
export async function stopNumbers(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  loans: { id: string; patientId: string | null }[],
  items: { loanId: string; deviceId: string }[],
): Promise<void> {
  const patientOf = new Map(loans.map(({ id, patientId }) => [id, patientId]));
  const held = items.flatMap(({ loanId, deviceId }) => {
    const patientId = patientOf.get(loanId);
    return patientId ? [{ patientId, deviceId }] : [];
  });
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
