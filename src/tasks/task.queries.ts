import { type RawBuilder, sql } from 'kysely';
import { jsonInstant, type Reader } from '../shared/database.ts';
import { type ListPage, readCursor, toPage } from '../shared/lists.ts';
import { calledName } from '../shared/person-name.ts';
import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { countOf, many, maybe } from '../shared/statements.ts';
import { ruleOf, type TaskKind, taskKinds } from './task.rules.ts';
import { type OneTask, Task, type TaskClosing, type TaskQuery } from './task.schemas.ts';

const Row = col.omit(Task.properties, 'what');
type Row = RowOf<typeof Row>;

const columns = sql`t.id, t.kind, json_build_object('type', t.subject_type, 'id', t.subject_id) as subject, t.status, t.urgent,
  t.created_at as "createdAt", t.done_at as "doneAt",
  case when p.id is not null then json_build_object('id', p.id, 'name', ${calledName}) end as patient`;
const tables = sql`task t left join patient p on p.id = t.patient_id`;

const saying = (row: Row): Task => ({ ...row, what: taskKinds[row.kind].what });

type Filter = Pick<TaskQuery, 'status' | 'kind' | 'urgent'>;
const matching = ({ status, kind, urgent }: Filter) => sql`t.status = ${status}
  ${kind ? sql`and t.kind = ${kind}` : sql``} ${urgent === undefined ? sql`` : sql`and t.urgent = ${urgent}`}`;

/** Tasks of one status, while open the urgent ones first; then the oldest unless asked otherwise. */
export async function listTasks(db: Reader, query: TaskQuery): Promise<ListPage<Task>> {
  // What is done presses nobody any more.
  const presses = query.status === 'open' ? sql`t.urgent` : sql`false`;
  const [pressed, last] = readCursor(query.after, ['flag', 'uuid']) ?? [];
  const [beyond, direction] = query.order === 'newest' ? [sql`<`, sql`desc`] : [sql`>`, sql`asc`];
  const follows = last
    ? sql`and (${presses} < ${pressed}::boolean or (${presses} = ${pressed}::boolean and t.id ${beyond} ${last}::uuid))`
    : sql``;
  const rows = await many(db, 'task.list', { ...Row, presses: col.boolean })`
    select ${columns}, ${presses} as presses from ${tables} where ${matching(query)} ${follows}
    order by ${query.status === 'open' ? sql`t.urgent desc,` : sql``} t.id ${direction} limit ${query.limit + 1}`;
  const { items, next } = toPage(rows, query.limit, (row) => [String(row.presses), row.id]);
  return { items: items.map(({ presses: _presses, ...row }) => saying(row)), next };
}

/** How many tasks the filters of a list match. */
export async function countTasks(db: Reader, filter: Filter): Promise<number> {
  return countOf(db, 'task.count')`from task t where ${matching(filter)}`;
}

/** The urgent tasks that are open, the oldest first, and how many there are: few are shown, and counting is cheap. */
export async function urgentTasks(db: Reader, limit: number): Promise<{ items: Task[]; count: number }> {
  const filter = { status: 'open', urgent: true } as const;
  const { items, next } = await listTasks(db, { ...filter, limit });
  return { items, count: next ? await countTasks(db, filter) : items.length };
}

const Following = { id: col.text, kind: Row.kind, left: col.number };

/** The open task after this one in a list, from its start again behind the last, and how many are left; of kinds that someone may do. */
export async function taskAfter(
  db: Reader,
  id: string,
  { kind, urgent, order }: Pick<TaskQuery, 'kind' | 'urgent' | 'order'>,
  kinds: TaskKind[],
): Promise<{ id: string; what: string; left: number } | undefined> {
  const isBehind =
    order === 'newest'
      ? sql`(not t.urgent, me.id) > (not me.urgent, t.id)`
      : sql`(not t.urgent, t.id) > (not me.urgent, me.id)`;
  const row = await maybe(db, 'task.after', Following)`
    select t.id, t.kind, count(*) over ()::int as left from task me join task t on t.id <> me.id
    where me.id = ${id} and t.kind = any(${kinds}::text[]) and ${matching({ status: 'open', kind, urgent })}
    order by (${isBehind}) desc, t.urgent desc, t.id ${order === 'newest' ? sql`desc` : sql`asc`} limit 1`;
  return row && { id: row.id, what: taskKinds[row.kind].what, left: row.left };
}

/**
 * One task, with what a person did who closed it by hand.
 * @throws Problem `not-found`
 */
export async function getTask(db: Reader, id: string): Promise<OneTask> {
  const [task] = await readTasks(db, sql`t.id = ${id}`);
  if (!task) throw new Problem('not-found');
  return task;
}

/** The concerns raised at a follow-up, as `getTask` gives them, the newest first. */
export const concernsOf = (db: Reader, followUpId: string) =>
  readTasks(db, sql`t.subject_id = ${followUpId} and t.kind = 'concern'`);

/** What was done about the tasks of a person that someone closed by hand, in a line each, by the task. */
export async function doneAboutTasksOf(db: Reader, patientId: string): Promise<Map<string, string>> {
  const tasks = await readTasks(db, sql`t.patient_id = ${patientId} and c.id is not null`);
  return new Map(tasks.flatMap(({ id, closing }) => (closing ? [[id, sayDone(closing)]] : [])));
}

/** What a person did about a task, in a line. */
const sayDone = ({ done, spokeTo }: TaskClosing) =>
  spokeTo ? `Spoke to ${spokeTo}. They will: ${done}` : done;

async function readTasks(db: Reader, which: RawBuilder<unknown>): Promise<OneTask[]> {
  const rows = await many(db, 'task.get', { ...Row, ...Closing })`
    select ${columns}, case when c.act_id is not null then json_build_object('id', c.act_id, 'at', ${jsonInstant('c.closed_at')}, 'by', c.closed_by_name,
      'done', c.done, 'spokeTo', c.spoke_to, 'spokeAt', ${jsonInstant('c.spoke_at')}) end as closing
    from ${tables} left join task_closing c on c.task_id = t.id and c.reopened_at is null
    where ${which} order by t.id desc`;
  return rows.map(({ closing, ...row }) => ({
    ...saying(row),
    closesWhen: ruleOf(row.kind).closesWhen ?? null,
    closing,
  }));
}

const Closing = {
  closing: col.orNull(
    col.object({
      id: col.text,
      at: col.text,
      by: col.text,
      done: col.text,
      spokeTo: col.orNull(col.text),
      spokeAt: col.orNull(col.text),
    }),
  ),
};
