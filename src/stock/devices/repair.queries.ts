import { sql } from 'kysely';
import { type Clock, today } from '../../shared/clock.ts';
import type { Reader } from '../../shared/database.ts';
import { byId, type ListPage, readCursor, toPage } from '../../shared/lists.ts';
import { countOf, each, many } from '../../shared/statements.ts';
import { InRepair, type RepairQuery } from './repair.schemas.ts';

const columns = (
  day: string,
) => sql`d.id as "deviceId", d.asset_tag as "assetTag", d.kind, d.make, d.model, r.id as "repairId", r.fault, r.sent_on as "sentOn",
  r.expected_back_on as "expectedBackOn", coalesce(r.expected_back_on < ${day}, false) as late,
  case when l.id is not null then json_build_object('id', l.id, 'name', l.name) end as location`;

/** That the repair `r` of the device `d` was expected back before a civil date. */
export const isRepairLate = (day: string) =>
  sql`d.status = 'in_repair' and r.back_on is null and r.expected_back_on < ${day}`;

/** The filter in one place, so that a list and its count agree. */
const within = (late: boolean | undefined, day: string) =>
  late ? isRepairLate(day) : sql`d.status = 'in_repair'`;
const tables = sql`device d left join repair r on r.device_id = d.id and r.back_on is null left join location l on l.id = r.location_id`;

/** What is in repair, the newest device first; or what was expected back before today, the longest first. */
export async function listRepairs(db: Reader, clock: Clock, query: RepairQuery): Promise<ListPage<InRepair>> {
  const day = today(clock);
  if (query.late) {
    const [on, id] = readCursor(query.after, ['date', 'uuid']) ?? [];
    const rows = await many(db, each('repair.list'), InRepair.properties)`
      select ${columns(day)} from ${tables}
      where ${within(true, day)} ${on ? sql`and (r.expected_back_on, d.id) > (${on}::date, ${id!}::uuid)` : sql``}
      order by r.expected_back_on, d.id limit ${query.limit + 1}`;
    return toPage(rows, query.limit, (row) => [row.expectedBackOn!, row.deviceId]);
  }
  const { follows, by } = byId(sql`d.id`, query);
  const rows = await many(db, each('repair.list.2'), InRepair.properties)`
    select ${columns(day)} from ${tables}
    where ${within(false, day)} ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, (row) => [row.deviceId]);
}

/** How many the list has in all. */
export async function countRepairs(db: Reader, clock: Clock, late: boolean | undefined): Promise<number> {
  return countOf(db, each('repair.count'))`from ${tables} where ${within(late, today(clock))}`;
}
