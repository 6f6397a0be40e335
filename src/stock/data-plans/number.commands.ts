import { stopNumbersOnDevices } from '../../people/patient.commands.ts';
import { type Follower, idsOf } from '../../shared/follow-on.ts';
import type { Work } from '../../shared/work.ts';
import { createTasks } from '../../tasks/task.commands.ts';

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
