import type { RawBuilder } from 'kysely';
import { systemContext } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import type { SubjectType } from '../shared/events.ts';
import type { Report } from '../shared/progress.ts';
import { col } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
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
  { kind, subjectType, requestId }: { kind: TaskKind; subjectType: SubjectType; requestId: string },
  unasked: RawBuilder<unknown>,
  report?: Report,
): Promise<number> {
  const ctx = systemContext(requestId);
  let made = 0;
  for (;;) {
    const batch = await command(deps, ctx, async (work) => {
      const rows = await many(work.trx, `task.ask-${kind}`, {
        id: col.text,
        patientId: col.orNull(col.text),
      })`${unasked}`;
      const tasks = rows.map(({ id, patientId }) => ({
        kind,
        subjectType,
        subjectId: id,
        patientId: patientId ?? undefined,
      }));
      await createTasks(work, tasks);
      return rows.length;
    });
    made += batch;
    if (batch < taskBatch) return made;
    await report?.(made);
  }
}
