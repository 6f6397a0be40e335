import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents, type SubjectType } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
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
    kind: TaskKind;
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
      .map((task) => ({
        type: 'task.created',
        subjects: subjectsOfTask(task),
        values: { kind: task.kind },
      })),
  );
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

/** The same for those about these people, whatever each is about. */
export async function completeTasksOf(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  kinds: TaskKind[],
  patientIds: string[],
): Promise<string[]> {
  if (!patientIds.length) return [];
  return complete(
    trx,
    deps,
    ctx,
    sql`kind = any(${kinds}::text[]) and patient_id = any(${patientIds}::uuid[])`,
  );
}

/** Marks those open tasks as done that fulfil a condition; their ids. Two statements, however many. */
async function complete(trx: Trx, deps: Deps, ctx: Context, which: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ id: string; kind: TaskKind; patientId: string | null }>`/* task.complete */
    update task set status = 'done', done_at = ${timestamp(deps.clock)} where status = 'open' and ${which}
    returning id, kind, patient_id as "patientId"`.execute(trx);
  await recordEvents(
    trx,
    deps,
    ctx,
    rows.map((task) => ({
      type: 'task.completed',
      subjects: subjectsOfTask(task),
      values: { kind: task.kind },
    })),
  );
  return rows.map(({ id }) => id);
}

/** The things whose story a task is part of. */
export function subjectsOfTask({
  id,
  patientId,
}: {
  id: string;
  patientId: string | null;
}): [SubjectType, string][] {
  return [['task', id], ...(patientId ? [['patient', patientId] as [SubjectType, string]] : [])];
}
