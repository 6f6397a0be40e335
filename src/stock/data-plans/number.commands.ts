import { startNumbersOnDevice, stopNumbersOnDevices } from '../../people/patient.commands.ts';
import { type Follower, idsOf } from '../../shared/follow-on.ts';
import type { Work } from '../../shared/work.ts';
import { completeTasksAbout, createTasks } from '../../tasks/task.commands.ts';

/** Stops the numbers of people whose devices events say have left them, as `stopNumbers` does; of a device that stays on loan it stays. */
export const stopNumbersWithDevices: Follower = (work, events) => {
  const left = events.filter(({ values }) => !('status' in values && values.status === 'on_loan'));
  const held = left.flatMap((event) =>
    idsOf([event], 'patient').flatMap((patientId) =>
      idsOf([event], 'device').map((deviceId) => ({ patientId, deviceId })),
    ),
  );
  return stopNumbers(work, held);
};

/** What follows for the people when items end: a number that stops with its device, with a task to ask for another way. */
export async function stopNumbers(
  work: Work,
  held: { patientId: string; deviceId: string }[],
): Promise<void> {
  if (!held.length) return;
  const stopped = await stopNumbersOnDevices(work.trx, held, work.at);
  await createTasks(
    work,
    stopped.map((patientId) => ({
      kind: 'number_stopped',
      subjectType: 'patient',
      subjectId: patientId,
      patientId,
    })),
  );
}

/**
 * Starts the numbers of a person again that stopped with a device, since the device did not leave them. Nobody has to
 * ask for another way any more.
 * @param held with the instant at which the device was said to have left
 * @returns `none` where no number had stopped; `settled` where staff had dealt with it meanwhile
 */
export async function startNumbers(
  work: Work,
  { patientId, deviceId, leftAt }: { patientId: string; deviceId: string; leftAt: string },
): Promise<'none' | 'started' | 'settled'> {
  const { started, settled } = await startNumbersOnDevice(work.trx, { patientId, deviceId, leftAt });
  if (!started) return 'none';
  await completeTasksAbout(work, ['number_stopped'], [patientId]);
  return settled ? 'settled' : 'started';
}
