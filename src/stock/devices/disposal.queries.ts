import { sql } from 'kysely';
import { didHappen } from '../../lending/incidents/incident.states.ts';
import type { Reader } from '../../shared/database.ts';
import { type ListPage, readCursor, toPage } from '../../shared/lists.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { countOf, each, many } from '../../shared/statements.ts';
import { Loss, type LossPeriod, type LossQuery } from './disposal.schemas.ts';

/** Whether the device `d` passed its sanitisation in the cycle that it is in. */
export const isSanitised = sql<boolean>`coalesce('pass' = (
  select case when c.expired_at is null then c.result end from preparation_check c
  where c.device_id = d.id and c.cycle = d.cycle and c.kind = 'sanitisation' and c.taken_back_at is null order by c.id desc limit 1), false)`;

export const Standing = {
  sanitised: col.boolean,
  incident: col.orNull(col.object({ id: col.text, reference: col.text })),
};
export type Standing = RowOf<typeof Standing>;

/** What decides on the next steps of devices beside their status: whether each is erased in its cycle, and its open incident. */
export async function standingOf(db: Reader, deviceIds: string[]): Promise<Map<string, Standing>> {
  const rows = await many(db, 'device.standing', { ...Standing, deviceId: col.text })`
    select d.id as "deviceId", ${isSanitised} as sanitised, (select json_build_object('id', i.id, 'reference', i.reference)
      from incident i where i.device_id = d.id and i.status = 'open' limit 1) as incident
    from device d where d.id = any(${deviceIds}::uuid[])`;
  return new Map(rows.map(({ deviceId, ...standing }) => [deviceId, standing]));
}

const columns = sql`x.id, d.asset_tag as reference, d.id as "deviceId", d.kind, d.make, d.model, x.disposed_on as "writtenOffOn",
  x.book_value::float8 as "bookValue", x.authorised_by as "authorisedBy",
  (select json_build_object('id', i.id, 'reference', i.reference, 'kind', i.kind) from incident i where i.device_id = d.id and ${didHappen('i')}
    order by i.id desc limit 1) as incident`;

/** The filter in one place, so that the register, its count and its file agree. */
const within = ({ from, to }: LossPeriod) => sql`x.way = 'written_off'
  ${from ? sql`and x.disposed_on >= ${from}` : sql``} ${to ? sql`and x.disposed_on <= ${to}` : sql``}`;

/** The losses register: what was written off, the latest first. */
export async function listLosses(db: Reader, query: LossQuery): Promise<ListPage<Loss>> {
  const [on, id] = readCursor(query.after, ['date', 'uuid']) ?? [];
  const rows = await many(db, each('disposal.list-losses'), Loss.properties)`
    select ${columns} from disposal x join device d on d.id = x.device_id
    where ${within(query)} ${on ? sql`and (x.disposed_on, x.id) < (${on}::date, ${id!}::uuid)` : sql``}
    order by x.disposed_on desc, x.id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit, (row) => [row.writtenOffOn, row.id]);
}

/** How many lines the register has in all. */
export async function countLosses(db: Reader, period: LossPeriod): Promise<number> {
  return countOf(db, each('disposal.count-losses'))`from disposal x where ${within(period)}`;
}

/** A line of the register as a file for a spreadsheet has it. */
export type LossRow = Omit<Loss, 'incident'> & { incident: string };

/** All lines of a period, the latest first, read page by page as they are taken. */
export async function* eachLoss(db: Reader, period: LossPeriod, pageSize = 200): AsyncGenerator<LossRow> {
  let after: string | undefined;
  do {
    const page: ListPage<Loss> = await listLosses(db, {
      ...period,
      limit: pageSize,
      ...(after && { after }),
    });
    for (const row of page.items) yield { ...row, incident: row.incident?.reference ?? '' };
    after = page.next ?? undefined;
  } while (after);
}
