import { may, permissions } from '../access/permissions.ts';
import type { Actor, Context } from '../shared/actor.ts';
import { instantOf } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { completionErrors } from './closing.rules.ts';
import { subjectsOfTask } from './task.commands.ts';
import { closesTogether, ruleOf, type TaskKind, taskKinds } from './task.rules.ts';
import type { TaskCompleted, TaskCompletion, TaskCompletions, TasksCompleted } from './task.schemas.ts';

/** Whether someone may close tasks of a kind: may close any, and may do what it asks. */
export const mayClose = (actor: Pick<Actor, 'role'>, kind: TaskKind) =>
  may(actor, 'tasks.complete') && may(actor, ruleOf(kind).by);

/** Who does what a kind asks, such as “a manager or an administrator”, in the order of their numbers. */
export function whoDoes(kind: TaskKind): string {
  const people = permissions[ruleOf(kind).by].map((role) => `${/^[aeio]/.test(role) ? 'an' : 'a'} ${role}`);
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(people);
}

const Locked = {
  id: col.text,
  kind: col.keyOf(taskKinds),
  urgent: col.boolean,
  patientId: col.orNull(col.text),
  doneAt: col.orNull(col.text),
  closingId: col.orNull(col.text),
};
type Locked = RowOf<typeof Locked>;

/**
 * Marks a task as done by hand, with what was done; a concern with what was agreed in a conversation about it.
 * Done twice, the second answers as the first did.
 * @throws Problem `not-found`, `invalid`, `not-allowed` to whoever may not do what it asks
 */
export async function completeTask(
  deps: Deps,
  ctx: Context,
  id: string,
  said: TaskCompletion,
): Promise<TaskCompleted> {
  return command(deps, ctx, async (work) => {
    const [task] = await lockTasks(work.trx, [id]);
    if (!task) throw new Problem('not-found');
    if (!mayClose(ctx.actor, task.kind))
      throw new Problem('not-allowed', { detail: `This is for ${whoDoes(task.kind)} to do.` });
    if (task.doneAt) return { id, status: 'done', doneAt: task.doneAt, closingId: task.closingId };
    const errors = completionErrors(task.kind, said);
    if (errors.length) throw new Problem('invalid', { errors });
    const doneAt = work.at;
    const closingId = await close(work, [task], wordsOf(said, doneAt));
    return { id, status: 'done', doneAt, closingId };
  });
}

/**
 * Marks tasks as done by hand together, with one sentence on what was done. Those that are urgent, close by themselves
 * or are for others to do stay open and are named.
 * @returns how many were open until now
 */
export async function completeTasks(
  deps: Deps,
  ctx: Context,
  { tasks: ids, done }: TaskCompletions,
): Promise<TasksCompleted> {
  return command(deps, ctx, async (work) => {
    const open = (await lockTasks(work.trx, ids)).filter(({ doneAt }) => !doneAt);
    const isFit = (task: Locked) => closesTogether(task) && mayClose(ctx.actor, task.kind);
    const fit = open.filter(isFit);
    const closingId = await close(work, fit, { done, spokeTo: null, spokeAt: null });
    const leftOut = open
      .filter((task) => !isFit(task))
      .map(({ id, kind }) => ({ id, kind, what: taskKinds[kind].what }));
    return { count: fit.length, closingId, leftOut };
  });
}

type Words = { done: string; spokeTo: string | null; spokeAt: string | null };

/** What is kept of a completion that has all it needs. */
function wordsOf({ done, agreed, spokeTo, spokeOn, spokeAt }: TaskCompletion, now: string): Words {
  if (!spokeTo || !spokeOn || !spokeAt) return { done: done!, spokeTo: null, spokeAt: null };
  const at = instantOf(spokeOn, spokeAt);
  if (at > now)
    throw invalid({
      pointer: '/spokeAt',
      message: 'This is in the future. Give the time at which you spoke.',
    });
  return { done: agreed!, spokeTo, spokeAt: at };
}

async function lockTasks(trx: Trx, ids: string[]): Promise<Locked[]> {
  return many(trx, 'task.lock', Locked)`
    select t.id, t.kind, t.urgent, t.patient_id as "patientId", t.done_at as "doneAt",
      (select c.act_id from task_closing c where c.task_id = t.id and c.reopened_at is null) as "closingId"
    from task t where t.id = any(${ids}::uuid[]) order by t.id for update of t`;
}

/** @returns what opens these locked, open tasks again; null for none */
async function close(work: Work, tasks: Locked[], { done, spokeTo, spokeAt }: Words): Promise<string | null> {
  if (!tasks.length) return null;
  const actId = newId();
  const { at } = work;
  const rows = tasks.map(({ id }) => ({ id: newId(), taskId: id }));
  await run(work.trx, 'task.close')`
    with x as (select * from jsonb_to_recordset(${JSON.stringify(rows)}) x (id uuid, "taskId" uuid)), t as (
      update task set status = 'done', done_at = ${at}::timestamptz from x where task.id = x."taskId"
    )
    insert into task_closing (id, task_id, act_id, done, spoke_to, spoke_at, closed_at, closed_by, closed_by_name)
    select x.id, x."taskId", ${actId}, ${done}, ${spokeTo}, ${spokeAt}::timestamptz, ${at}::timestamptz, ${work.ctx.actor.id}::uuid, ${work.ctx.actor.name} from x`;
  await recordEvents(
    work,
    tasks.map((task) => ({
      type: 'task.completed',
      subjects: subjectsOfTask(task),
      values: { kind: task.kind },
      fields: spokeTo ? ['spokeTo', 'done'] : ['done'],
    })),
  );
  return actId;
}
