import { type RawBuilder, sql } from 'kysely';
import { isOut } from '../../lending/loans/loan.states.ts';
import { addDays, type Clock, today } from '../../shared/clock.ts';
import type { Reader } from '../../shared/database.ts';
import {
  byId,
  bySort,
  type ListPage,
  noDay,
  readCursor,
  type SortColumn,
  toPage,
} from '../../shared/lists.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { countOf, each, many, maybe } from '../../shared/statements.ts';
import { endingDays } from './data-plan.rules.ts';
import { DataPlan, type DataPlanQuery, DataPlanSummary } from './data-plan.schemas.ts';
import { isInUse } from './data-plan.states.ts';

/** The status of a plan `s` as it is told: what has not started is kept as active without its date. */
export const planStatusOf = sql`case when s.status = 'active' and s.activated_on is null then 'not_started' else s.status end`;

/** Plans `s` in the hands of a borrower: in a device on an open loan. Asked of each by the index, since a join would read all loan items. */
const isWithSomeone = sql`(select true from loan_item i where i.device_id = s.device_id and ${isOut('i')})`;

/** Plans `s` that someone has and that end within the days in which it is still time to renew them, or have run out. */
export const isEndingSoon = (day: string): RawBuilder<unknown> =>
  sql`(${isInUse('s')} and s.expires_on <= ${addDays(day, endingDays)}::date and ${isWithSomeone})`;

const columns = (
  day: string,
) => sql`s.id, ${planStatusOf} as status, s.network, s.iccid, s.gb_per_month as "gbPerMonth",
  s.duration_months as "durationMonths", s.activated_on as "activatedOn", s.expires_on as "expiresOn",
  coalesce(${isInUse('s')} and s.expires_on <= ${day}::date, false) as "ranOut",
  case when d.id is not null then json_build_object('id', d.id, 'assetTag', d.asset_tag, 'kind', d.kind, 'status', d.status) end as device,
  case when ${isInUse('s')} then (
    select json_build_object('id', l.id, 'reference', l.reference, 'dueOn', l.due_on)
    from loan_item i join loan l on l.id = i.loan_id where i.device_id = s.device_id and ${isOut('i')}) end as loan`;
const tables = sql`data_plan s left join device d on d.id = s.device_id`;

export type DataPlanFilter = Pick<DataPlanQuery, 'status' | 'network' | 'ending' | 'unfitted'>;

/** The filter in one place, so that a list and its count agree. */
function matching({ status, network, ending, unfitted }: DataPlanFilter, day: string) {
  const ofStatus =
    status === 'not_started'
      ? sql`and s.status = 'active' and s.activated_on is null`
      : status === 'active'
        ? sql`and s.status = 'active' and s.activated_on is not null`
        : sql`and s.status = ${status}`;
  return sql`true ${status ? ofStatus : sql``} ${network ? sql`and s.network = ${network}` : sql``}
    ${ending ? sql`and ${isEndingSoon(day)}` : sql``}
    ${unfitted === undefined ? sql`` : unfitted ? sql`and s.device_id is null and ${isInUse('s')}` : sql`and s.device_id is not null and ${isInUse('s')}`}`;
}

const sorts: Record<'ends', SortColumn<DataPlanSummary>> = {
  ends: {
    by: sql`coalesce(s.expires_on, ${sql.lit(noDay)})`,
    kind: 'date',
    of: ({ expiresOn }) => expiresOn ?? noDay,
  },
};

/** Data plans by age, by the day they end, or of those that end soon the earliest first. */
export async function listPlans(
  db: Reader,
  clock: Clock,
  query: DataPlanQuery,
): Promise<ListPage<DataPlanSummary>> {
  const day = today(clock);
  const sorted = bySort(sorts, sql`s.id`, query);
  if (query.ending && !sorted) {
    const [ends, id] = readCursor(query.after, ['date', 'uuid']) ?? [];
    const rows = await many(db, each('data-plan.list'), DataPlanSummary.properties)`
      select ${columns(day)} from ${tables}
      where ${matching(query, day)} ${ends ? sql`and (s.expires_on, s.id) > (${ends}::date, ${id!}::uuid)` : sql``}
      order by s.expires_on, s.id limit ${query.limit + 1}`;
    return toPage(rows, query.limit, (row) => [row.expiresOn!, row.id]);
  }
  const { follows, by, key } = sorted ?? byId(sql`s.id`, query);
  const rows = await many(db, each('data-plan.list.2'), DataPlanSummary.properties)`
    select ${columns(day)} from ${tables}
    where ${matching(query, day)} ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, key);
}

/** How many plans the list has in all. */
export async function countPlans(db: Reader, clock: Clock, filter: DataPlanFilter): Promise<number> {
  return countOf(db, each('data-plan.count'))`from data_plan s where ${matching(filter, today(clock))}`;
}

/**
 * One data plan with its device and the loan that is on.
 * @throws Problem `not-found`
 */
export async function getPlan(db: Reader, clock: Clock, id: string): Promise<DataPlan> {
  const row = await maybe(db, 'data-plan.get', DataPlan.properties)`
    select ${columns(today(clock))}, s.msisdn, s.suspended_at as "suspendedAt", s.suspended_reason as "suspendedReason",
      s.removed_reason as "removedReason", s.ended_on as "endedOn", s.ended_reason as "endedReason",
      s.created_at as "createdAt", s.changed_at as "changedAt",
      (select json_build_object('id', o.id, 'source', o.source) from data_offer o where o.id = s.offer_id) as offer
    from ${tables} where s.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** The plan not ended of the SIM with this number, and the device it is in. */
export async function findPlanByIccid(
  db: Reader,
  iccid: string,
): Promise<{ id: string; assetTag: string | null } | undefined> {
  return maybe(db, each('data-plan.find-by-iccid'), { id: col.text, assetTag: col.orNull(col.text) })`
    select s.id, d.asset_tag as "assetTag" from ${tables} where s.iccid = ${iccid} and ${isInUse('s')}`;
}

/** The networks that plans are recorded with, by name: a jump along the index from each to the next. */
export async function listNetworks(db: Reader): Promise<string[]> {
  const rows = await many(db, each('data-plan.list-networks'), { network: col.text })`
    with recursive n as (
      (select network from data_plan order by network limit 1)
      union all
      select (select s.network from data_plan s where s.network > n.network order by s.network limit 1) from n where n.network is not null
    )
    select network from n where network is not null order by lower(network)`;
  return rows.map(({ network }) => network);
}
