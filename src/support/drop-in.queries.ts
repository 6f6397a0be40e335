import { sql } from 'kysely';
import { patientJson } from '../people/patient.queries.ts';
import { today } from '../shared/clock.ts';
import { jsonInstant, type Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { type ListPage, readCursor, toPage } from '../shared/lists.ts';
import { Problem } from '../shared/problem.ts';
import { countOf, each, many, maybe } from '../shared/statements.ts';
import { DropIn, DropInSummary } from './drop-in.schemas.ts';
import { maySupport } from './follow-up.queries.ts';

/** That the drop-in `d` is held on a civil date or after it. */
export const isToCome = (day: string) => sql`(d.held_on >= ${day}::date and d.cancelled_at is null)`;

const summary = (
  day: string,
) => sql`d.id, json_build_object('id', l.id, 'name', l.name) as place, d.held_on as "heldOn",
  to_char(d.starts_at, 'HH24:MI') as "startsAt", d.minutes, case when s.id is not null then json_build_object('id', s.id, 'name', s.name) end as supporter,
  (select count(*)::int from drop_in_person x where x.drop_in_id = d.id) as known, d.others,
  case when d.cancelled_at is not null then 'cancelled' when d.held_on > ${day}::date then 'planned' else 'took_place' end as status`;
const tables = sql`drop_in d join location l on l.id = d.location_id left join staff s on s.id = d.supporter_id`;

type DropInFilter = { unassigned?: boolean | undefined };
const matching = ({ unassigned }: DropInFilter, day: string) =>
  unassigned
    ? sql`(d.supporter_id is null or (${isToCome(day)} and not exists (select from staff where id = d.supporter_id and ${maySupport})))`
    : sql`true`;

/** Drop-ins, the latest first: those to come lead. */
export async function listDropIns(
  deps: Deps,
  query: DropInFilter & { limit: number; after?: string | undefined },
): Promise<ListPage<DropInSummary>> {
  const [date, id] = readCursor(query.after, ['date', 'uuid']) ?? [];
  const rows = await many(deps.db, each('drop-in.list'), DropInSummary.properties)`
    select ${summary(today(deps.clock))} from ${tables}
    where ${matching(query, today(deps.clock))} ${date ? sql`and (d.held_on, d.id) < (${date}::date, ${id}::uuid)` : sql``}
    order by d.held_on desc, d.id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit, (row) => [row.heldOn, row.id]);
}

/** How many drop-ins the filters of a list match. */
export async function countDropIns({ db, clock }: Deps, query: DropInFilter): Promise<number> {
  return countOf(db, each('drop-in.count'))`from drop_in d where ${matching(query, today(clock))}`;
}

/**
 * One drop-in with who came.
 * @throws Problem `not-found`
 */
export async function getDropIn(deps: Deps, db: Reader, id: string): Promise<DropIn> {
  const row = await maybe(db, 'drop-in.get', DropIn.properties)`
    select ${summary(today(deps.clock))}, d.note, d.changed_at as "changedAt",
      coalesce((select json_agg(json_build_object('id', x.id, 'patient', ${patientJson}, 'topics', x.topics, 'note', x.note, 'at', ${jsonInstant('x.at')}) order by x.id)
        from drop_in_person x join patient p on p.id = x.patient_id where x.drop_in_id = d.id), '[]') as people
    from ${tables} where d.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}
