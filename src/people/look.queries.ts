import { type RawBuilder, sql } from 'kysely';
import Type from 'typebox';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { newId } from '../shared/ids.ts';
import { byId, type ListPage, toPage } from '../shared/lists.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { each, many, run } from '../shared/statements.ts';
import type { LookFilters } from './look.rules.ts';

/** The kind of record on which someone looked at a patient; `list` where they were named among others. */
export type LookedOn =
  | 'patient'
  | 'referral'
  | 'loan'
  | 'follow_up'
  | 'message'
  | 'device'
  | 'incident'
  | 'drop_in'
  | 'task'
  | 'export'
  | 'trusted_person'
  | 'list';

/** Writes down that someone looked at a patient's record; `what` names the kind of page or reply. */
export async function logAccess(deps: Deps, ctx: Context, patientId: string, what: LookedOn): Promise<void> {
  await run(deps.db, 'access.log')`${insertLook(deps, ctx, patientId, what)}`;
}

function insertLook(deps: Deps, { actor, requestId, looked }: Context, patientId: string, what: LookedOn) {
  looked?.add(patientId);
  return sql`insert into access_log (id, at, patient_id, actor_type, actor_id, actor_name, request_id, what)
    values (${newId()}, ${timestamp(deps.clock)}, ${patientId}, ${actor.type}, ${actor.id}, ${actor.name}, ${requestId}, ${what})`;
}

/** Writes down that someone was shown who is trusted by patients, and their number, beside their own record. */
export async function logTrustedLook(
  deps: Deps,
  { looked: _stays, ...ctx }: Context,
  patientIds: string[],
  list: string,
): Promise<void> {
  if (patientIds.length)
    await run(deps.db, 'access.log-trusted')`
      ${insertListLook(deps, ctx, [...new Set(patientIds)], { list, filters: {}, what: 'trusted_person' })}`;
}

type Listed = { list: string; filters: LookFilters; what?: LookedOn };

/** Writes down whom a list or a page named, in one row; nothing where it named nobody. */
export async function logListAccess(
  deps: Deps,
  ctx: Context,
  patientIds: string[],
  listed: Listed,
): Promise<void> {
  if (patientIds.length)
    await run(deps.db, 'access.log-list')`${insertListLook(deps, ctx, patientIds, listed)}`;
}

function insertListLook(
  deps: Deps,
  { actor, requestId, looked }: Context,
  patientIds: string[],
  { list, filters, what = 'list' }: Listed,
) {
  for (const id of patientIds) looked?.add(id);
  return sql`insert into access_log (id, at, actor_type, actor_id, actor_name, request_id, what, list, filters, patient_ids)
    values (${newId()}, ${timestamp(deps.clock)}, ${actor.type}, ${actor.id}, ${actor.name}, ${requestId}, ${what}, ${list},
      ${JSON.stringify(filters)}::jsonb, ${patientIds}::uuid[])`;
}

const lookColumns = {
  id: col.text,
  at: col.text,
  actorName: col.text,
  what: col.text,
  list: col.orNull(col.text),
  filters: col.orNull(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
};
export type Look = RowOf<typeof lookColumns>;
const stored = sql`id, at, actor_name, what, list, filters`;
const shown = sql`id, at, actor_name as "actorName", what, list, filters`;

/**
 * Looks at a person, the newest first: at their record or one that was merged into it, and at lists that named them.
 * The records come in order from their index. An index of the people in lists gives only the lists that named them,
 * which are then put in order: without the fence (offset 0) PostgreSQL may read all lists from the newest on until it
 * has enough.
 * @param lists a condition that narrows the lists
 */
function looksAt(
  patientId: string,
  { follows = sql``, lists = sql`true`, most }: { follows?: Sql; lists?: Sql; most: number },
) {
  const theirs = sql`select id from patient where id = ${patientId} or merged_into = ${patientId}`;
  return sql`
    (select ${stored} from (${theirs}) r (record) cross join lateral (
        select * from access_log where patient_id = record ${follows} order by id desc limit ${most}) a
      order by id desc limit ${most})
    union all
    (select ${stored} from (select * from access_log where patient_ids && array(${theirs}) and ${lists} offset 0) a
      where true ${follows} order by id desc limit ${most})`;
}
type Sql = RawBuilder<unknown>;

/** Who looked at a person, at their record or at a list that named them, the newest first. One statement. */
export async function listLooks(
  db: Reader,
  patientId: string,
  query: { limit: number; after?: string | undefined },
): Promise<ListPage<Look>> {
  const { follows, by } = byId(sql`id`, query);
  const most = query.limit + 1;
  const rows = await many(db, each('access.list'), lookColumns)`
    select ${shown} from (${looksAt(patientId, { follows, most })}) l order by ${by} limit ${most}`;
  return toPage(rows, query.limit, ({ id }) => [id]);
}

/**
 * Writes down that someone looked at a patient's record, which named others as well, and tells who looked at the patient
 * lately, this look first, of lists in the last 30 days alone. One statement.
 */
export async function logAndListAccess(
  deps: Deps,
  ctx: Context,
  patientId: string,
  others: string[],
): Promise<Look[]> {
  const listed = { list: '/patients/:id', filters: { id: patientId } };
  return many(deps.db, each('access.log-and-list'), lookColumns)`
    with looked as (${insertLook(deps, ctx, patientId, 'patient')} returning ${stored}),
      ${others.length ? sql`named as (${insertListLook(deps, ctx, others, listed)}),` : sql``}
      before as (select * from (${looksAt(patientId, { lists: sql`at > ${timestamp(deps.clock)}::timestamptz - interval '30 days'`, most: 19 })}) l order by id desc limit 19)
    select ${shown} from (table looked union all table before) a order by id desc`;
}
