import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent, recordEvents, type SubjectType } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Problem } from '../shared/problem.ts';
import type { TaskKind } from './task.rules.ts';

export type NewTask = {
  kind: TaskKind;
  subjectType: SubjectType;
  subjectId: string;
  patientId?: string | undefined;
  urgent?: boolean;
};

/**
 * Makes tasks for staff. One that is open already for the same thing stays the only one, and becomes
 * urgent when it is asked for as urgent. Two statements, however many.
 */
export async function createTasks(trx: Trx, deps: Deps, ctx: Context, tasks: NewTask[]): Promise<void> {
  if (!tasks.length) return;
  const rows = tasks.map((task) => ({ ...task, id: newId(), urgent: task.urgent ?? false }));
  const { rows: made } = await sql<{
    id: string;
    kind: string;
    patientId: string | null;
    isNew: boolean;
  }>`/* task.create */
    insert into task (id, kind, subject_type, subject_id, patient_id, urgent, created_at)
    select x.id, x.kind, x."subjectType", x."subjectId", x."patientId", x.urgent, ${timestamp(deps.clock)}
    from (select distinct on (kind, "subjectId") * from jsonb_to_recordset(${JSON.stringify(rows)})
      r (id uuid, kind text, "subjectType" text, "subjectId" uuid, "patientId" uuid, urgent boolean) order by kind, "subjectId", urgent desc) x
    on conflict (kind, subject_id) where status = 'open' do update set urgent = task.urgent or excluded.urgent
    returning id, kind, patient_id as "patientId", xmax = 0 as "isNew"`.execute(trx);
  await recordEvents(
    trx,
    deps,
    ctx,
    made
      .filter(({ isNew }) => isNew)
      .map(({ id, kind, patientId }) => ({
        type: 'task.created',
        subjects: [['task', id], ...(patientId ? ([['patient', patientId]] as [SubjectType, string][]) : [])],
        values: { kind },
      })),
  );
}

/**
 * Marks a task as done; done twice, the second answers as the first did.
 * @throws Problem `not-found`
 */
export async function completeTask(
  deps: Deps,
  ctx: Context,
  id: string,
): Promise<{ id: string; status: 'done'; doneAt: string }> {
  return command(deps, ctx, async (trx) => {
    const at = timestamp(deps.clock);
    const { rows } = await sql<{ kind: string; patientId: string | null; wasOpen: boolean; doneAt: string }>`
      with found as (select id, status from task where id = ${id} for update)
      update task t set status = 'done', done_at = coalesce(t.done_at, ${at}) from found where t.id = found.id
      returning t.kind, t.patient_id as "patientId", found.status = 'open' as "wasOpen", t.done_at as "doneAt"`.execute(
      trx,
    );
    const task = rows[0];
    if (!task) throw new Problem('not-found');
    if (task.wasOpen) {
      await recordEvent(trx, deps, ctx, {
        type: 'task.completed',
        subjects: [
          ['task', id],
          ...(task.patientId ? ([['patient', task.patientId]] as [SubjectType, string][]) : []),
        ],
        values: { kind: task.kind },
      });
    }
    return { id, status: 'done', doneAt: task.doneAt };
  });
}

/**
 * Marks tasks as done, of those that are open.
 * @returns how many were
 */
export async function completeTasks(deps: Deps, ctx: Context, ids: string[]): Promise<{ count: number }> {
  return command(deps, ctx, async (trx) => {
    const done = await complete(trx, deps, ctx, sql`id = any(${ids}::uuid[])`);
    return { count: done.length };
  });
}

/** Marks the open tasks of these kinds about these things as done, since what they asked for has happened; their ids. */
export async function completeTasksAbout(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  kinds: TaskKind[],
  subjectIds: string[],
): Promise<string[]> {
  if (!subjectIds.length || !kinds.length) return [];
  return complete(
    trx,
    deps,
    ctx,
    sql`kind = any(${kinds}::text[]) and subject_id = any(${subjectIds}::uuid[])`,
  );
}

/** Marks those open tasks as done that fulfil a condition; their ids. Two statements, however many. */
async function complete(trx: Trx, deps: Deps, ctx: Context, which: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ id: string; kind: string; patientId: string | null }>`/* task.complete */
    update task set status = 'done', done_at = ${timestamp(deps.clock)} where status = 'open' and ${which}
    returning id, kind, patient_id as "patientId"`.execute(trx);
  await recordEvents(
    trx,
    deps,
    ctx,
    rows.map(({ id, kind, patientId }) => ({
      type: 'task.completed',
      subjects: [['task', id], ...(patientId ? ([['patient', patientId]] as [SubjectType, string][]) : [])],
      values: { kind },
    })),
  );
  return rows.map(({ id }) => id);
}
