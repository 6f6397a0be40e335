import { sql } from 'kysely';
import { itemWasLent } from '../../lending/loans/loan.states.ts';
import type { Actor } from '../../shared/actor.ts';
import type { Reader } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { maybe } from '../../shared/statements.ts';
import { leavingRows } from './leaving.rules.ts';
import { readReport } from './report.queries.ts';
import { type Column, hidden, type Part, type Period, type ReadPart, type Row } from './report.rules.ts';

/** Where the devices were at the end of the half-year. */
const kinds: Part & { chart: object } = {
  key: 'kinds',
  title: 'Where the devices were',
  columns: [
    { key: 'kind', text: 'Type', kind: 'label' },
    { key: 'given', text: 'Given', kind: 'number' },
    { key: 'out', text: 'With people', kind: 'count' },
    { key: 'share', text: 'With people, of those given', kind: 'share', of: ['out', 'given'] },
  ],
  chart: { series: ['given', 'out'], way: 'lying' },
};

const Gift = { on: col.text, devices: col.number };
type Gift = RowOf<typeof Gift>;

export type DonorReport = Period & {
  donor: { id: string; name: string };
  /** The first gift, how many there were until the end of the half-year, and how many devices they brought. */
  since: string | null;
  donations: number;
  devices: number;
  /** The latest gifts until then, the last first. */
  gifts: Gift[];
  figures: { columns: Column[]; row: Row };
  kinds: ReadPart;
};

/**
 * What became of a donor's gifts in a half-year, as it leaves the scheme, whoever reads it. Its figures are the donor's row
 * of the report “By donor”, and are hidden where that row is. What tells of people is of one half-year alone: no two
 * of them overlap, so that one page minus an earlier one is the number of nobody.
 * @throws Problem `not-found` for what is no donor, `invalid` for what is no half-year that may leave
 */
export async function readDonorReport(
  deps: Deps,
  actor: Actor,
  donorId: string,
  query: Partial<Period> = {},
): Promise<DonorReport> {
  const { from, to, parts } = await readReport(deps, actor, 'donors', { ...query, suppressed: true });
  const found = await readGiven(deps.db, donorId, to);
  if (!found) throw new Problem('not-found');
  const { name, kinds: rows, ...given } = found;
  const [{ columns, rows: donors }] = parts as [ReadPart];
  // Whom that report has no room for is hidden as well.
  const row =
    donors.find(({ id }) => id === donorId) ?? Object.fromEntries(columns.map(({ key }) => [key, hidden]));
  const isHidden = row.people === hidden;
  const shown = leavingRows(kinds.columns, rows);
  return {
    from,
    to,
    donor: { id: donorId, name },
    ...given,
    figures: { columns: columns.filter(({ kind }) => kind !== 'label'), row },
    kinds: {
      ...kinds,
      rows: isHidden ? shown.map((one) => ({ ...one, out: hidden, share: hidden })) : shown,
    },
  };
}

/** What a donor gave until a civil day, and what of it was with people then; undefined for what is no donor. */
function readGiven(db: Reader, donorId: string, until: string) {
  const stays = sql`exists (select from loan_item i where i.device_id = d.id and ${itemWasLent('i')} and i.issued_on <= ${until}::date
    and (i.ended_on is null or i.ended_on > ${until}::date or i.status = 'gifted'))`;
  return maybe(db, 'report.donor', {
    name: col.text,
    since: col.orNull(col.text),
    donations: col.number,
    devices: col.number,
    gifts: col.listOf(col.unchecked<Gift>()),
    kinds: col.listOf(col.unchecked<Row>()),
  })`
    with given as materialized (
      select n.id, n.received_on, d.kind, ${stays} as stays from donation n join device d on d.donation_id = n.id
      where n.donor_id = ${donorId} and n.received_on <= ${until}::date
    )
    select o.name, (select min(received_on) from given) as since, (select count(distinct id)::int from given) as donations,
      (select count(*)::int from given) as devices,
      coalesce((select json_agg(g order by g."on" desc) from (
        select received_on as "on", count(*) as devices from given group by received_on order by 1 desc limit 6) g), '[]') as gifts,
      coalesce((select json_agg(k order by k.given desc, k.kind) from (
        select kind, count(*) as given, count(*) filter (where stays) as out from given group by kind) k), '[]') as kinds
    from organisation o where o.id = ${donorId} and 'donor' = any(o.roles)`;
}
