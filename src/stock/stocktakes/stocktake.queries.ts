import { sql } from 'kysely';
import { isOut } from '../../lending/loans/loan.states.ts';
import type { Reader, Trx } from '../../shared/database.ts';
import { byId, type ListPage, toPage } from '../../shared/lists.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { countOf, each, many, maybe } from '../../shared/statements.ts';
import { isOnShelf } from '../devices/device.states.ts';
import { unfitJson } from '../devices/fitness.queries.ts';
import { CountedLine, lineVerdicts, type Told, tellOfLine } from './stocktake.rules.ts';
import {
  type Counts,
  type LineQuery,
  type Stocktake,
  type StocktakeLine,
  type StocktakeQuery,
  StocktakeSummary,
} from './stocktake.schemas.ts';

const columns = sql`s.id, s.reference, json_build_object('id', p.id, 'name', p.name) as location,
  case when s.closed_at is null then 'open' else 'closed' end as status,
  s.started_at as "startedAt", s.started_by as "startedBy", s.closed_at as "closedAt", s.closed_by as "closedBy",
  case when s.closed_at is not null then json_build_object('expected', 0, 'found', s.found, 'missing', s.missing,
    'left', s.left_meanwhile, 'unexpected', s.unexpected) end as counts`;

/** Stocktakes, the newest first. */
export async function listStocktakes(db: Reader, query: StocktakeQuery): Promise<ListPage<StocktakeSummary>> {
  const { follows, by } = byId(sql`s.id`, query);
  const rows = await many(db, each('stocktake.list'), StocktakeSummary.properties)`
    select ${columns} from stocktake s join location p on p.id = s.location_id
    where ${query.status ? sql`(s.closed_at is null) = ${query.status === 'open'}` : sql`true`}
      ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, (row) => [row.id]);
}

/** How many stocktakes the list has in all. */
export async function countStocktakes(
  db: Reader,
  { status }: Pick<StocktakeQuery, 'status'>,
): Promise<number> {
  return countOf(db, each('stocktake.count-all'))`from stocktake s
    where ${status ? sql`(s.closed_at is null) = ${status === 'open'}` : sql`true`}`;
}

/**
 * One stocktake with how far it is.
 * @throws Problem `not-found`
 */
export async function getStocktake(db: Reader, id: string): Promise<Stocktake> {
  const found = await maybe(db, 'stocktake.get', StocktakeSummary.properties)`
    select ${columns} from stocktake s join location p on p.id = s.location_id where s.id = ${id}`;
  if (!found) throw new Problem('not-found');
  return { ...found, counts: found.counts ?? (await countLines(db, id)) };
}

/** How many lines of a stocktake have each verdict. */
export async function countLines(db: Reader | Trx, id: string): Promise<Counts> {
  const rows = await many(db, 'stocktake.count', { verdict: col.oneOf(lineVerdicts), count: col.number })`
    select verdict, count(*)::int as count from stocktake_line where stocktake_id = ${id} group by verdict`;
  return {
    expected: 0,
    found: 0,
    missing: 0,
    left: 0,
    unexpected: 0,
    ...Object.fromEntries(rows.map(({ verdict, count }) => [verdict, count])),
  };
}

const lineColumns = sql`
  json_build_object('id', d.id, 'assetTag', d.asset_tag, 'kind', d.kind, 'make', d.make, 'model', d.model, 'status', d.status,
    'unfit', ${unfitJson('d', null)},
    'location', case when p.id is not null then json_build_object('id', p.id, 'name', p.name) end,
    'loan', (select json_build_object('id', l.id, 'reference', l.reference, 'itemId', i.id)
      from loan_item i join loan l on l.id = i.loan_id where i.device_id = d.id and ${isOut('i')})) as device,
  x.verdict, x.scanned_at as "scannedAt", x.scanned_by as "scannedBy",
  s.closed_at is not null and exists (select from stocktake_line o where o.device_id = d.id and o.scanned_at > s.closed_at) as "seenSince",
  x.verdict = 'missing' and s.closed_at is not null and d.missed_on is null and ${isOnShelf('d')} as "foundSince"`;
const lineTables = sql`stocktake_line x join stocktake s on s.id = x.stocktake_id join device d on d.id = x.device_id
  left join location p on p.id = d.location_id`;

/** The lines of a stocktake, of one verdict when asked, the longest known devices first. */
export async function listLines(
  db: Reader,
  { id, location }: Pick<Stocktake, 'id' | 'location'>,
  query: LineQuery,
): Promise<ListPage<ToldLine>> {
  const { follows, by } = byId(sql`x.device_id`, { order: 'oldest', after: query.after });
  const rows = await many(db, each('stocktake.list-lines'), CountedLine)`
    select ${lineColumns} from ${lineTables}
    where x.stocktake_id = ${id} ${query.verdict ? sql`and x.verdict = ${query.verdict}` : sql``} ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(
    rows.map((row) => inWords(row, location.id)),
    query.limit,
    (row) => [row.device.id],
  );
}

/** The lines of these devices, by device id; those that the stocktake does not have are left out. */
export async function linesOf(
  db: Reader | Trx,
  stocktakeId: string,
  deviceIds: string[],
): Promise<Map<string, CountedLine>> {
  const rows = await many(db, 'stocktake.lines', CountedLine)`
    select ${lineColumns} from ${lineTables}
    where x.stocktake_id = ${stocktakeId} and x.device_id = any(${deviceIds}::uuid[])`;
  return new Map(rows.map((row) => [row.device.id, row]));
}

/** A line with why it is so; the link is for pages. */
export type ToldLine = StocktakeLine & Pick<Told, 'link'>;

function inWords(line: CountedLine, locationId: string): ToldLine {
  const { device, verdict, scannedAt, scannedBy } = line;
  const { text, next, link } = tellOfLine(line, locationId);
  return { device, verdict, why: text, next, link, scannedAt, scannedBy };
}
