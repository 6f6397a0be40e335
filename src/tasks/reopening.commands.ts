import { type RawBuilder, sql } from 'kysely';
import { may } from '../access/permissions.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import { writtenWith } from '../shared/moments.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { many, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { subjectsOfTask } from './task.commands.ts';
import { reopenMinutes, type TaskKind, taskKinds } from './task.rules.ts';
import type { TasksReopened } from './task.schemas.ts';

const Closed = {
  id: col.text,
  kind: col.keyOf(taskKinds),
  patientId: col.orNull(col.text),
  closingId: col.text,
  closedBy: col.orNull(col.text),
  isLate: col.boolean,
  isStanding: col.boolean,
};

/**
 * Opens again what was closed by hand in one go, a short while after; done twice, the second answers as the first did.
 * @throws Problem `not-found`, `not-allowed` to anyone but who closed them or a manager, `conflict` later, or when the same is asked again
 */
export async function reopenTasks(deps: Deps, ctx: Context, actId: string): Promise<TasksReopened> {
  return reopen(deps, ctx, sql`c.act_id = ${actId}`);
}

/**
 * Opens one task again that was closed by hand a short while ago.
 * @throws Problem as `reopenTasks` does
 */
export async function reopenTask(deps: Deps, ctx: Context, id: string): Promise<TasksReopened> {
  return reopen(
    deps,
    ctx,
    sql`c.id = (select id from task_closing where task_id = ${id} order by closed_at desc, id desc limit 1)`,
  );
}

async function reopen(deps: Deps, ctx: Context, which: RawBuilder<unknown>): Promise<TasksReopened> {
  return command(deps, ctx, async (work) => {
    const { at } = work;
    const rows = await many(work.trx, 'task.lock-closed', Closed)`
      select t.id, t.kind, t.patient_id as "patientId", c.id as "closingId", c.closed_by as "closedBy",
        c.closed_at < ${at}::timestamptz - make_interval(mins => ${reopenMinutes}) as "isLate", c.reopened_at is null as "isStanding"
      from task_closing c join task t on t.id = c.task_id where ${which} order by t.id for update of t, c`;
    if (!rows.length) throw new Problem('not-found');
    if (rows[0]!.closedBy !== ctx.actor.id && !may(ctx.actor, 'tasks.reopen-of-others'))
      throw new Problem('not-allowed', { detail: 'Whoever closed it opens it again, or a manager.' });
    const standing = rows.filter(({ isStanding }) => isStanding);
    if (standing.some(({ isLate }) => isLate))
      throw new Problem('conflict', {
        detail: `It was closed more than ${reopenMinutes} minutes ago, and stays closed.`,
      });
    await run(work.trx, 'task.reopen')`
      with c as (
        update task_closing set reopened_at = ${at}, reopened_by_name = ${ctx.actor.name}
        where id = any(${standing.map(({ closingId }) => closingId)}::uuid[]) returning task_id
      )
      update task set status = 'open', done_at = null from c where task.id = c.task_id`;
    await recordReopened(work, standing);
    return { tasks: rows.map(({ id, kind }) => ({ id, status: 'open', what: taskKinds[kind].what })) };
  });
}

/**
 * Opens tasks of these kinds about something again that closed by themselves since an instant, since what closed them
 * was taken back; or those of a person that closed with what was written at an instant. What was closed by hand stays
 * closed, and there is one open task of a kind.
 */
export async function reopenTasksAbout(
  work: Work,
  kinds: TaskKind[],
  of: { subjectId: string; since: string } | { patientId: string; closedWith: string },
): Promise<void> {
  const which =
    'patientId' in of
      ? sql`t.patient_id = ${of.patientId} and ${writtenWith(sql`t.done_at`, of.closedWith)}`
      : sql`t.subject_id = ${of.subjectId} and t.done_at >= ${of.since}`;
  const rows = await many(work.trx, 'task.reopen-about', {
    id: col.text,
    kind: col.keyOf(taskKinds),
    patientId: col.orNull(col.text),
  })`
    update task t set status = 'open', done_at = null
    where ${which} and t.kind = any(${kinds}::text[]) and t.status = 'done'
      and not exists (select from task_closing c where c.task_id = t.id and c.reopened_at is null)
      and not exists (select from task o where o.subject_id = t.subject_id and o.kind = t.kind and o.status = 'open')
    returning t.id, t.kind, t.patient_id as "patientId"`;
  await recordReopened(work, rows);
}

async function recordReopened(
  work: Work,
  tasks: { id: string; kind: TaskKind; patientId: string | null }[],
): Promise<void> {
  await recordEvents(
    work,
    tasks.map((task) => ({
      type: 'task.reopened',
      subjects: subjectsOfTask(task),
      values: { kind: task.kind },
    })),
  );
}
