import { systemContext } from '../../shared/actor.ts';
import { timestamp } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { newId } from '../../shared/ids.ts';
import type { Handler } from '../../shared/outbox.ts';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { completeTasksAbout, createTasks } from '../../tasks/task.commands.ts';
import type { TaskKind } from '../../tasks/task.rules.ts';
import { missingKinds } from './given.rules.ts';
import { toSettle, type Whom } from './missing.queries.ts';

const kinds: TaskKind[] = [...missingKinds, 'calls_for_bsl'];

/**
 * Asks staff for what is missing for people in their language and format, and of calls planned with someone who needs
 * British Sign Language; settles what is there by now or needed no longer. One at a time, so that each is asked once
 * however much changes at the same time.
 * @returns how many tasks it made
 */
async function settleFormats(work: Work, whom: Whom): Promise<number> {
  await run(work.trx, 'formats.lock')`select pg_advisory_xact_lock(hashtext('formats'))`;
  const found = await toSettle(work.trx, kinds, whom, work.at);
  const made = found.filter(({ isMissing }) => isMissing);
  await createTasks(
    work,
    made.map(({ kind, id }) => ({ kind, subjectType: 'patient', subjectId: id, patientId: id })),
  );
  for (const kind of kinds) {
    const settled = found.filter((one) => one.kind === kind && !one.isMissing).map(({ id }) => id);
    await completeTasksAbout(work, [kind], settled);
  }
  return made.length;
}

/** The same after something that changes what people need, for those whom it is about; what is about nobody, as a loan of a place, settles nothing. */
export const settleFormatsAfter: Handler = async (work, event) => {
  const ids = event.subjects.filter(({ type }) => type === 'patient').map(({ id }) => id);
  if (ids.length) await settleFormats(work, ids);
};

/** The same for everybody, after something that changes what there is for all. */
export const settleFormatsOfAllAfter: Handler = async (work) => {
  await settleFormats(work, null);
};

/** The same for everybody, in the night. */
export const settleAllFormats = (deps: Deps): Promise<number> =>
  command(deps, systemContext(newId()), (work) => settleFormats(work, null));

/** How many tasks `settleAllFormats` would make. */
export async function countFormatsMissing(deps: Deps): Promise<number> {
  return (await toSettle(deps.db, kinds, null, timestamp(deps.clock))).filter(({ isMissing }) => isMissing)
    .length;
}
