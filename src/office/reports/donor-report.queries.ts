import { itemWasLent } from '../../lending/loans/loan.states.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { maybe } from '../../shared/statements.ts';
import { halfYears, leavingHeadline, leavingRows } from './leaving.rules.ts';
import type { Column, Row } from './report.rules.ts';

const figures: Column[] = [
  { key: 'given', text: 'Devices given', kind: 'number' },
  { key: 'people', text: 'People who had one', kind: 'count' },
  { key: 'loans', text: 'Loans', kind: 'count' },
  { key: 'months', text: 'Months in people’s hands', kind: 'typical', of: 'people' },
  { key: 'calls', text: 'Support calls for those people', kind: 'count' },
];
const kinds: Column[] = [
  { key: 'kind', text: 'Type', kind: 'label' },
  { key: 'given', text: 'Given', kind: 'number' },
  { key: 'out', text: 'With people', kind: 'count' },
  { key: 'elsewhere', text: 'With us, lost or recycled', kind: 'count' },
];

export type DonorReport = {
  donor: { id: string; name: string };
  /** The civil date until which everything counts: the end of the latest half-year that figures may leave of. */
  until: string;
  since: string | null;
  donations: number;
  figures: { columns: Column[]; row: Row };
  kinds: { columns: Column[]; rows: Row[] };
};

/**
 * What became of everything that a donor gave until the end of a half-year, as it leaves the scheme, whoever reads it.
 * It does not tell how things stand today: what changed from one day to the next could be subtracted.
 * @throws Problem `not-found` for what is no donor
 */
export async function readDonorReport(deps: Deps, donorId: string): Promise<DonorReport> {
  const until = halfYears(today(deps.clock))[0].to;
  const found = await maybe(deps.db, 'report.donor', {
    name: col.text,
    since: col.orNull(col.text),
    donations: col.number,
    figures: col.unchecked<Row>(),
    kinds: col.listOf(col.unchecked<Row>()),
  })`
    with given as materialized (
      select d.id, d.kind, n.received_on, n.id as donation_id from donation n join device d on d.donation_id = n.id
      where n.donor_id = ${donorId} and n.received_on <= ${until}::date
    ), lent as materialized (
      select l.id, l.patient_id, i.device_id, greatest(0, least(coalesce(i.ended_on, ${until}::date), ${until}::date) - i.issued_on) as lasted,
        i.ended_on is null or i.ended_on > ${until}::date or i.status = 'gifted' as stays
      from given g join loan_item i on i.device_id = g.id and ${itemWasLent('i')} and i.issued_on <= ${until}::date join loan l on l.id = i.loan_id
    )
    select o.name, g.since, g.donations,
      (select json_build_object('given', (select count(*) from given), 'people', count(distinct patient_id), 'loans', count(distinct id),
          'months', round(coalesce(sum(lasted), 0) / 30.4),
          'calls', (select count(*) from follow_up f where f.status = 'done' and f.due_on <= ${until}::date and f.loan_id in (select id from lent))) from lent) as figures,
      coalesce((select json_agg(k order by k.given desc, k.kind) from (
        select kind, count(*) as given, count(*) filter (where stays) as out, count(*) filter (where not stays) as elsewhere
        from (select kind, exists (select from lent where device_id = given.id and lent.stays) as stays from given) x group by kind) k), '[]') as kinds
    from organisation o cross join (select min(received_on) as since, count(distinct donation_id)::int as donations from given) g
    where o.id = ${donorId} and 'donor' = any(o.roles)`;
  if (!found) throw new Problem('not-found');
  const { name, since, donations } = found;
  return {
    donor: { id: donorId, name },
    until,
    since,
    donations,
    figures: { columns: figures, row: leavingHeadline(figures, found.figures) },
    kinds: { columns: kinds, rows: leavingRows(kinds, found.kinds) },
  };
}
