import { type RawBuilder, sql } from 'kysely';
import { recordEvents, type SubjectType } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { col } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { type TaskKind, taskKinds } from './task.rules.ts';

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
export async function createTasks(work: Work, tasks: NewTask[]): Promise<void> {
  if (!tasks.length) return;
  const rows = tasks.map((task) => ({ ...task, id: newId(), urgent: task.urgent ?? false }));
  const made = await many(work.trx, 'task.create', {
    id: col.text,
    kind: col.keyOf(taskKinds),
    patientId: col.orNull(col.text),
    isNew: col.boolean,
  })`
    insert into task (id, kind, subject_type, subject_id, patient_id, urgent, created_at)
    select x.id, x.kind, x."subjectType", x."subjectId", x."patientId", x.urgent, ${work.at}
    from (select distinct on (kind, "subjectId") * from jsonb_to_recordset(${JSON.stringify(rows)})
      r (id uuid, kind text, "subjectType" text, "subjectId" uuid, "patientId" uuid, urgent boolean) order by kind, "subjectId", urgent desc) x
    on conflict (kind, subject_id) where status = 'open' do update set urgent = task.urgent or excluded.urgent
    returning id, kind, patient_id as "patientId", xmax = 0 as "isNew"`;
  await recordEvents(
    work,
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
  work: Work,
  kinds: TaskKind[],
  subjectIds: string[],
): Promise<string[]> {
  if (!subjectIds.length || !kinds.length) return [];
  return complete(work, sql`kind = any(${kinds}::text[]) and subject_id = any(${subjectIds}::uuid[])`);
}

/** The same for those about these people, whatever each is about. */
export async function completeTasksOf(
  work: Work,
  kinds: TaskKind[],
  patientIds: string[],
): Promise<string[]> {
  if (!patientIds.length) return [];
  return complete(work, sql`kind = any(${kinds}::text[]) and patient_id = any(${patientIds}::uuid[])`);
}

/** Marks those open tasks as done that fulfil a condition; their ids. Two statements, however many. */
async function complete(work: Work, which: RawBuilder<unknown>): Promise<string[]> {
  const rows = await many(work.trx, 'task.complete', {
    id: col.text,
    kind: col.keyOf(taskKinds),
    patientId: col.orNull(col.text),
  })`
    update task set status = 'done', done_at = ${work.at} where status = 'open' and ${which}
    returning id, kind, patient_id as "patientId"`;
  await recordEvents(
    work,
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
