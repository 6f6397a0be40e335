import { sql } from 'kysely';
import { calledName } from '../patients/patient.queries.ts';
import type { Reader } from '../shared/database.ts';
import { byId, type ListPage, toPage } from '../shared/lists.ts';
import { type TaskKind, taskKinds } from './task.rules.ts';
import type { Task, TaskQuery } from './task.schemas.ts';

/** Tasks of one status, the oldest first unless asked otherwise. */
export async function listTasks(db: Reader, query: TaskQuery): Promise<ListPage<Task>> {
  const { follows, by } = byId(sql`t.id`, { order: query.order ?? 'oldest', after: query.after });
  const { rows } = await sql<Omit<Task, 'what'>>`
    select t.id, t.kind, json_build_object('type', t.subject_type, 'id', t.subject_id) as subject, t.status, t.urgent,
      t.created_at as "createdAt", t.done_at as "doneAt",
      case when p.id is not null then json_build_object('id', p.id, 'name', ${calledName}) end as patient
    from task t left join patient p on p.id = t.patient_id
    where t.status = ${query.status} ${query.kind ? sql`and t.kind = ${query.kind}` : sql``} ${follows}
    order by ${by} limit ${query.limit + 1}`.execute(db);
  const tasks = rows.map((row) => ({ ...row, what: taskKinds[row.kind as TaskKind] }));
  return toPage(tasks, query.limit, (row) => [row.id]);
}

/** How many tasks the filters of a list match. */
export async function countTasks(db: Reader, query: Pick<TaskQuery, 'status' | 'kind'>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from task where status = ${query.status} ${query.kind ? sql`and kind = ${query.kind}` : sql``}`.execute(
    db,
  );
  return rows[0]!.count;
}
