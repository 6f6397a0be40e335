import type { RawBuilder } from 'kysely';
import { systemContext } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import type { SubjectType } from '../shared/events.ts';
import type { Report } from '../shared/progress.ts';
import { createTasks } from './task.commands.ts';
import type { TaskKind } from './task.rules.ts';

/** Enough to be quick, few enough to hold no lock for long. */
export const taskBatch = 1_000;

/**
 * Makes a task for everything that a query finds, in batches of a transaction each.
 * @param unasked the query for at most `taskBatch` rows of `id` and `"patientId"`, which finds nothing twice once it has its task
 * @returns how many it made
 */
export async function askStaff(
  deps: Deps,
  requestId: string,
  { kind, subjectType }: { kind: TaskKind; subjectType: SubjectType },
  unasked: RawBuilder<{ id: string; patientId: string | null }>,
  report?: Report,
): Promise<number> {
  const ctx = systemContext(requestId);
  let made = 0;
  for (;;) {
    const batch = await command(deps, ctx, async (trx) => {
      const { rows } = await unasked.execute(trx);
      const tasks = rows.map(({ id, patientId }) => ({
        kind,
        subjectType,
        subjectId: id,
        patientId: patientId ?? undefined,
      }));
      await createTasks(trx, deps, ctx, tasks);
      return rows.length;
    });
    made += batch;
    if (batch < taskBatch) return made;
    await report?.(made);
  }
}
